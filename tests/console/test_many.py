"""Doing one thing to many access keys: what was ticked, what is looked over, and what becomes of it."""

from __future__ import annotations

import re
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from accesskeys import operations, verification
from accesskeys.console.many_forms import IdsField
from accesskeys.core.exceptions import InvalidKey
from accesskeys.models import AccessKey, AuditEvent, BulkRun
from accesskeys.operations.actors import Actor
from tests.console.helpers import HTMX, LIST, said, signed_in
from tests.factories import AccessKeyFactory, key_of

pytestmark = pytest.mark.django_db

MANY = f"{LIST}many/"
NAMES = ("billing", "ci", "search")


@pytest.fixture
def operator() -> Client:
    return signed_in("Operators")


@pytest.fixture
def three() -> list[AccessKey]:
    return [AccessKeyFactory(name=name) for name in NAMES]


def ids(access_keys: list[AccessKey]) -> list[str]:
    return [str(access_key.pk) for access_key in access_keys]


def revoke_elsewhere(access_key: AccessKey) -> None:
    operations.revoke(access_key_id=access_key.pk, actor=Actor.for_command())


def begin(client: Client, operation: str, access_keys: list[AccessKey]) -> str:
    """The address of the page to look them over."""
    response = client.post(MANY, {"operation": operation, "id": ids(access_keys)})
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def test_the_list_offers_it_to_those_who_may(operator: Client, three: list[AccessKey]) -> None:
    source = operator.get(LIST).content.decode()
    for access_key in three:
        assert f'value="{access_key.pk}"' in source
    for operation in ("suspend", "resume", "describe", "revoke"):
        assert f'name="operation" value="{operation}"' in source
    assert 'name="every"' not in source  # All that there are can be ticked.
    assert 'id="selection"' not in signed_in("Viewers").get(LIST).content.decode()
    source = signed_in("Viewers", permissions=["revoke_accesskey"]).get(LIST).content.decode()
    assert re.findall(r'name="operation" value="(\w+)"', source) == ["revoke"]


class TestLookingOver:
    def test_the_page_names_them_and_asks_how_many_they_are(
        self, operator: Client, three: list[AccessKey]
    ) -> None:
        verification.authenticate(key_of(three[0]))
        response = operator.get(begin(operator, "revoke", three[:2]))
        source = response.content.decode()
        assert response.context["foreseen"].names == ["billing", "ci"]
        for text in (
            "Revoke 2 access keys",
            "you cannot undo the action",
            "Type 2 to revoke",
            "1 of them was used within the last day.",
        ):
            assert text in source
        assert "search</strong>" not in source
        assert AccessKey.objects.count() == 3

    @pytest.mark.parametrize(
        ("operation", "texts"),
        [
            (
                "suspend",
                ["Suspend 1 access key", "Programs that use its key are refused until you resume it."],
            ),
            ("resume", ["Resume 1 access key", "Its key is accepted again, unless it has expired."]),
            ("describe", ["Label 1 access key", "Labels that you do not name stay as they are."]),
            ("revoke", ["Revoke 1 access key", "Programs that use this key are refused", "Type 1 to revoke"]),
        ],
    )
    def test_one_is_spoken_of_as_one(
        self, operator: Client, three: list[AccessKey], operation: str, texts: list[str]
    ) -> None:
        source = operator.get(begin(operator, operation, three[:1])).content.decode()
        for text in [*texts, "None of them was used within the last day."]:
            assert text in source

    def test_a_hundred_are_named_and_the_others_are_counted(self, operator: Client) -> None:
        wishes = [operations.Wish(f"name_{number:03}") for number in range(103)]
        operations.generate_many(wishes=wishes, actor=Actor.for_command())
        response = operator.post(f"{MANY}?search=name", {"operation": "suspend", "every": "yes"})
        source = operator.get(response["Location"]).content.decode()
        assert "name_099</strong>" in source
        assert "name_100</strong>" not in source
        assert "and 3 more" in source
        assert "Suspend 103 access keys" in source

    def test_in_the_dialog_over_the_list(self, operator: Client, three: list[AccessKey]) -> None:
        response = operator.post(MANY, {"operation": "suspend", "id": ids(three)}, headers=HTMX)
        assert response.status_code == 200
        run = BulkRun.objects.get()
        assert f'hx-post="{MANY}{run.pk}/"' in response.content.decode()

    @pytest.mark.parametrize("number", ["", "1", "3", "two", "2.0"])
    def test_revoking_wants_the_right_number(
        self, operator: Client, three: list[AccessKey], number: str
    ) -> None:
        response = operator.post(begin(operator, "revoke", three[:2]), {"number": number})
        assert response.context["form"].has_error("number", "wrong_number")
        assert response.context["form"]["number"].value() == number
        assert response.context["foreseen"].total == 2
        assert AccessKey.objects.count() == 3

    @pytest.mark.parametrize(
        ("typed", "field", "sentence"),
        [
            ({}, "set_labels", "Name a label to set or one to remove."),
            ({"set_labels": "team"}, "set_labels", "is not a label"),
            ({"set_labels": "Team=a"}, "set_labels", "is not a label"),
            ({"removed_labels": "team=a"}, "removed_labels", "Write only the first words of labels"),
        ],
    )
    def test_labelling_wants_labels(
        self, operator: Client, three: list[AccessKey], typed: dict[str, str], field: str, sentence: str
    ) -> None:
        response = operator.post(begin(operator, "describe", three), typed)
        (error,) = response.context["form"].errors[field]
        assert sentence in error
        assert not BulkRun.objects.get().is_confirmed


class TestWhatIsDone:
    def test_each_is_revoked_with_an_event_of_its_own(self, operator: Client, three: list[AccessKey]) -> None:
        response = operator.post(begin(operator, "revoke", three[:2]), {"number": " 2 "})
        assert (response.status_code, response["Location"]) == (302, LIST)
        assert said(response) == [
            "2 access keys are revoked. Programs that use them are refused from now on."
        ]
        assert list(AccessKey.objects.values_list("name", flat=True)) == ["search"]
        events = AuditEvent.objects.filter(action="access_key.revoked", outcome="succeeded")
        assert set(events.values_list("access_key_name", flat=True)) == {"billing", "ci"}
        for access_key in three[:2]:
            with pytest.raises(InvalidKey) as refusal:
                verification.authenticate(key_of(access_key))
            assert refusal.value.reason == "unknown"
        assert verification.authenticate(key_of(three[2])) == three[2]

    def test_suspended_and_resumed(self, operator: Client, three: list[AccessKey]) -> None:
        operations.suspend(access_key_id=three[0].pk, actor=Actor.for_command())
        response = operator.post(begin(operator, "suspend", three))
        assert said(response) == ["2 access keys are suspended.", "1 access key was so already."]
        assert AccessKey.objects.suspended().count() == 3
        operator.get(LIST)  # It has told.
        response = operator.post(begin(operator, "suspend", three))
        assert said(response) == ["3 access keys were so already."]
        operator.get(LIST)
        response = operator.post(begin(operator, "resume", three))
        assert said(response) == ["3 access keys are resumed."]

    def test_labelled(self, operator: Client, three: list[AccessKey]) -> None:
        operations.describe(
            access_key_id=three[0].pk, labels={"old": "", "env": "live"}, actor=Actor.for_command()
        )
        response = operator.post(
            begin(operator, "describe", three[:2]), {"set_labels": "team=payments", "removed_labels": "old a"}
        )
        assert said(response) == ["2 access keys are labelled."]
        assert [access_key.labels for access_key in AccessKey.objects.order_by("name")] == [
            {"env": "live", "team": "payments"},
            {"team": "payments"},
            {},
        ]

    def test_what_was_refused_is_named_with_the_reason(
        self, operator: Client, three: list[AccessKey]
    ) -> None:
        full = {f"l{number}": "" for number in range(16)}
        operations.describe(access_key_id=three[0].pk, labels=full, actor=Actor.for_command())
        run = begin(operator, "describe", three)
        response = operator.post(run, {"set_labels": "team=a"})
        assert response["Location"] == run
        source = operator.get(run).content.decode()
        for text in (
            "Finished.",
            "2 access keys are labelled.",
            "1 access key was refused:",
            "billing</strong>",
            "An access key carries at most 16 labels.",
            "Back to the list",
        ):
            assert text in source
        assert "Go on" not in source

    def test_an_id_sent_twice_counts_once(self, operator: Client, three: list[AccessKey]) -> None:
        twice = [*ids(three[:1]), ids(three)[0].upper()]
        run = operator.post(MANY, {"operation": "revoke", "id": twice})["Location"]
        assert said(operator.post(run, {"number": "1"})) == [
            "1 access key is revoked. Programs that use it are refused from now on."
        ]

    def test_the_second_click_finds_it_done(self, operator: Client, three: list[AccessKey]) -> None:
        run = begin(operator, "suspend", three)
        operator.post(run)
        events = AuditEvent.objects.count()
        response = operator.post(run)
        assert response["Location"] == run
        assert "3 access keys are suspended." in operator.get(run).content.decode()
        assert AuditEvent.objects.count() == events


class TestBatchByBatch:
    @pytest.fixture(autouse=True)
    def one_at_a_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("accesskeys.operations.bulk_runs.AT_ONCE", 1)

    def test_each_click_does_one_and_the_page_says_how_far_it_is(
        self, operator: Client, three: list[AccessKey]
    ) -> None:
        run = begin(operator, "suspend", three)
        for reached in (1, 2):
            assert operator.post(run)["Location"] == run
            source = operator.get(run).content.decode()
            assert f"{reached} of 3 done." in source
            assert 'hx-trigger="load, submit"' in source
            assert "Go on" in source
        assert operator.post(run)["Location"] == run
        assert "3 access keys are suspended." in operator.get(run).content.decode()

    def test_the_script_gets_the_page_in_the_same_place(
        self, operator: Client, three: list[AccessKey]
    ) -> None:
        run = begin(operator, "suspend", three)
        assert operator.post(run, headers=HTMX)["HX-Redirect"] == run
        for text in ("2 of 3 done.", "Finished."):
            response = operator.post(run, headers=HTMX)
            assert response.status_code == 200
            assert text in response.content.decode()

    def test_a_permission_that_is_taken_away(self, operator: Client, three: list[AccessKey]) -> None:
        run = begin(operator, "suspend", three)
        operator.post(run)
        User.objects.get().groups.clear()
        for headers in ({}, HTMX):
            response = operator.post(run, headers=headers)
            assert response.status_code == 403
            assert "You do not have the permission to do this." in response.content.decode()
        assert AccessKey.objects.suspended().count() == 1
        colleague = signed_in("Operators")
        assert "1 of 3 done." in colleague.get(run).content.decode()
        colleague.post(run)
        assert AccessKey.objects.suspended().count() == 2


class TestSomebodyElseWasFaster:
    def test_before_they_were_held_fast(self, operator: Client, three: list[AccessKey]) -> None:
        revoke_elsewhere(three[0])
        gone = "1 selected access key is no longer there: somebody else has revoked it."
        response = operator.post(MANY, {"operation": "revoke", "id": ids(three)})
        assert said(response) == [gone]
        source = operator.get(response["Location"]).content.decode()
        assert "Type 2 to revoke" in source
        dialog = operator.post(MANY, {"operation": "revoke", "id": ids(three)}, headers=HTMX)
        assert gone in dialog.content.decode()

    def test_between_page_and_confirmation(self, operator: Client, three: list[AccessKey]) -> None:
        run = begin(operator, "revoke", three)
        revoke_elsewhere(three[0])
        assert "1 selected access key is no longer there" in operator.get(run).content.decode()
        response = operator.post(run, {"number": "3"}, headers=HTMX)
        assert response["HX-Redirect"] == LIST
        assert said(response) == [
            "2 access keys are revoked. Programs that use them are refused from now on.",
            "1 selected access key is no longer there: somebody else has revoked it.",
        ]
        assert not AccessKey.objects.exists()

    def test_with_all_of_them(self, operator: Client, three: list[AccessKey]) -> None:
        run = begin(operator, "suspend", three)
        for access_key in three:
            revoke_elsewhere(access_key)
        gone = ["3 selected access keys are no longer there: somebody else has revoked them."]
        assert said(operator.post(MANY, {"operation": "suspend", "id": ids(three)})) == gone
        operator.get(LIST)  # It has told.
        response = operator.get(run)
        assert (response["Location"], said(response)) == (LIST, gone)
        operator.get(LIST)
        assert said(operator.post(run)) == gone


class TestAllThatMatch:
    def test_what_matches_later_is_not_touched(self, operator: Client, three: list[AccessKey]) -> None:
        response = operator.post(f"{MANY}?search=bill", {"operation": "suspend", "every": "yes"})
        later = AccessKeyFactory(name="billing_2")
        operator.post(response["Location"])
        later.refresh_from_db()
        assert not later.is_suspended
        assert AccessKey.objects.suspended().get() == three[0]

    def test_they_are_those_of_the_list(self, operator: Client, three: list[AccessKey]) -> None:
        operations.describe(access_key_id=three[1].pk, labels={"team": "a"}, actor=Actor.for_command())
        for query, names in (("label=team", ["ci"]), ("search=bill", ["billing"]), ("", [*NAMES])):
            response = operator.post(f"{MANY}?{query}", {"operation": "suspend", "every": "yes"})
            assert operator.get(response["Location"]).context["foreseen"].names == names

    def test_nothing_matches(self, operator: Client, three: list[AccessKey]) -> None:
        response = operator.post(f"{MANY}?search=nothing", {"operation": "suspend", "every": "yes"})
        assert response["Location"] == f"{LIST}?search=nothing"
        assert said(response) == ["No access key matches"]

    @pytest.mark.parametrize("query", ["status=odd", "scope=A", "odd=1", "page=x"])
    def test_a_filter_that_makes_no_sense_is_refused(
        self, operator: Client, three: list[AccessKey], query: str
    ) -> None:
        response = operator.post(f"{MANY}?{query}", {"operation": "revoke", "every": "yes"})
        assert response.status_code == 400
        assert "The filter makes no sense, so nothing was done." in response.content.decode()
        assert not BulkRun.objects.exists()

    def test_more_than_ten_thousand(self, operator: Client, three: list[AccessKey]) -> None:
        with patch.dict(operations.hold_fast.__globals__, {"MOST": 2}):
            response = operator.post(f"{MANY}?ordering=name", {"operation": "revoke", "every": "yes"})
        assert response["Location"] == f"{LIST}?ordering=name"
        assert said(response) == ["More than 2 access keys match, so nothing was done. Narrow the filter."]
        assert not BulkRun.objects.exists()


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("extra", "sentence"),
        [
            (["nonsense"], "something that is not the ID of an access key"),
            (["\0"], "something that is not the ID of an access key"),
            (
                [str(uuid4()) for _ in range(IdsField.LIMIT)],
                "At most 100 access keys can be selected at once",
            ),
        ],
    )
    def test_a_wrong_selection_as_a_whole(
        self, operator: Client, three: list[AccessKey], extra: list[str], sentence: str
    ) -> None:
        response = operator.post(MANY, {"operation": "revoke", "id": [*ids(three), *extra]})
        assert response.status_code == 400
        assert sentence in response.content.decode()
        assert not BulkRun.objects.exists()

    def test_nothing_selected(self, operator: Client) -> None:
        response = operator.post(f"{MANY}?status=usable", {"operation": "revoke"})
        assert response["Location"] == f"{LIST}?status=usable"
        assert said(response) == ["Select at least one access key in the list first."]

    @pytest.mark.parametrize("operation", ["", "generate", "reveal", "odd"])
    def test_what_cannot_be_done_to_many(
        self, operator: Client, three: list[AccessKey], operation: str
    ) -> None:
        response = operator.post(MANY, {"operation": operation, "id": ids(three)})
        assert response.status_code == 400
        assert "The form does not say what is to be done" in response.content.decode()

    def test_a_run_that_is_forgotten(self, operator: Client) -> None:
        response = operator.get(f"{MANY}{uuid4()}/")
        assert response.status_code == 404
        assert "It is kept for a week." in response.content.decode()

    def test_who_may_not_learns_no_names(self, operator: Client, three: list[AccessKey]) -> None:
        run = begin(operator, "revoke", three)
        for client in (
            signed_in("Viewers"),
            signed_in("Auditors"),
            signed_in(permissions=["revoke_accesskey"]),
            signed_in("Viewers", permissions=["suspend_accesskey"]),
        ):
            for response in (
                client.get(run),
                client.post(run, {"number": "3"}),
                client.post(MANY, {"operation": "revoke", "id": ids(three)}),
            ):
                assert response.status_code == 403
                assert "billing" not in response.content.decode()
        assert AccessKey.objects.count() == 3


def test_queries_do_not_grow_with_the_selection(
    operator: Client, three: list[AccessKey], django_assert_num_queries: Any
) -> None:
    for selected in (three[:1], three):
        run = begin(operator, "revoke", selected)
        # session, operator, two for permissions, the run, its ids, two for what they are
        with django_assert_num_queries(8):
            operator.get(run)
