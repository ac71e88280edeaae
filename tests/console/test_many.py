"""Doing one thing to many access keys: what was ticked, what is looked over, and what becomes of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accesskeys import operations, verification
from accesskeys.console.many_forms import RevokeManyForm
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
    for permission, offered in (
        ("revoke_accesskey", ["revoke"]),
        ("suspend_accesskey", ["suspend", "resume"]),
        ("describe_accesskey", ["describe"]),
    ):
        source = signed_in("Viewers", permissions=[permission]).get(LIST).content.decode()
        assert re.findall(r'name="operation" value="(\w+)"', source) == offered
        assert source.count('class="cell-pick"') == 1 + len(three)


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

    @pytest.mark.parametrize("number", ["3,360", "3.360", "3\u202f360", "3 360", "3\u2019360", "3360"])
    def test_the_number_may_be_typed_as_the_page_writes_it(self, number: str) -> None:
        assert RevokeManyForm({"number": number}, wanted=3360).is_valid()
        assert not RevokeManyForm({"number": number}, wanted=336).is_valid()

    @pytest.mark.parametrize(
        ("operation", "warns"), [("suspend", True), ("revoke", True), ("resume", False), ("describe", False)]
    )
    def test_a_warning_is_for_what_programs_feel(
        self, operator: Client, three: list[AccessKey], operation: str, warns: bool
    ) -> None:
        AccessKey.objects.update(last_used_at=timezone.now())
        source = operator.get(begin(operator, operation, three)).content.decode()
        [notice] = re.findall(r'notice notice-(\w+)">.*were used within the last day', source)
        assert notice == ("warning" if warns else "info")

    @pytest.mark.parametrize("number", ["", "1", "3", "two", "2.0", "0,2"])
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
            (
                {"set_labels": "team=a", "removed_labels": "env team"},
                "set_labels",
                "“team” cannot be set and removed at once. Choose one of them.",
            ),
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

    def test_beyond_a_hundred_the_refused_are_counted(self, operator: Client, three: list[AccessKey]) -> None:
        address = begin(operator, "suspend", three)
        BulkRun.objects.update(
            confirmed_at=timezone.now(), finished_at=timezone.now(), refused=3, refusals=[["name", "Why."]]
        )
        assert "and 2 more" in operator.get(address).content.decode()

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
        assert "Go on</button>" not in source

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


def test_queries_do_not_grow_with_the_selection(
    operator: Client, three: list[AccessKey], django_assert_num_queries: Any
) -> None:
    for selected in (three[:1], three):
        run = begin(operator, "revoke", selected)
        # session, operator, two for permissions, the run, its ids, two for what they are
        with django_assert_num_queries(8):
            operator.get(run)
