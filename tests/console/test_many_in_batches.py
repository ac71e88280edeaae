"""Doing one thing to all that match, batch by batch, and what is refused as a whole."""

from __future__ import annotations

from unittest.mock import patch
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from accesskeys import operations
from accesskeys.console.many_forms import IdsField
from accesskeys.models import AccessKey, BulkRun
from accesskeys.operations.actors import Actor
from tests.console.helpers import HTMX, LIST, said, signed_in
from tests.console.test_many import MANY, NAMES, begin, ids, operator, revoke_elsewhere, three
from tests.factories import AccessKeyFactory

__all__ = ["operator", "three"]  # Fixtures.

pytestmark = pytest.mark.django_db

BY_ITSELF = 'hx-trigger="load"'


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
            assert "Go on</button>" in source
            assert "Stop here</button>" in source
        assert operator.post(run)["Location"] == run
        assert "3 access keys are suspended." in operator.get(run).content.decode()

    def test_the_script_gets_the_page_in_the_same_place(
        self, operator: Client, three: list[AccessKey]
    ) -> None:
        run = begin(operator, "suspend", three)
        assert operator.post(run, headers=HTMX)["HX-Redirect"] == run
        for text, target in (("2 of 3 done.", "#progress"), ("Finished.", None)):
            response = operator.post(run, headers={**HTMX, "HX-Trigger": "progress"})
            assert response.status_code == 200
            assert text in response.content.decode()
            # The buttons are only replaced when there is nothing more to press.
            assert response.headers.get("HX-Retarget") == response.headers.get("HX-Reselect") == target

    def test_it_goes_on_by_itself_after_a_button_and_never_because_somebody_looks(
        self, operator: Client, three: list[AccessKey]
    ) -> None:
        run = begin(operator, "suspend", three)
        assert operator.post(run, headers=HTMX)["HX-Redirect"] == run
        assert BY_ITSELF in operator.get(run).content.decode()
        for client in (operator, signed_in("Operators")):
            source = client.get(run).content.decode()
            assert "1 of 3 done." in source
            assert BY_ITSELF not in source
        response = operator.post(run, headers={**HTMX, "HX-Trigger": "run"})
        assert BY_ITSELF in response.content.decode()
        assert "HX-Retarget" not in response.headers
        assert operator.post(run)["Location"] == run  # Finished.
        assert BY_ITSELF not in operator.get(run).content.decode()

    def test_the_confirmation_of_one_run_moves_no_other(
        self, operator: Client, three: list[AccessKey]
    ) -> None:
        runs = [begin(operator, operation, three) for operation in ("suspend", "revoke")]
        operator.post(runs[1], {"number": "3"})
        operator.post(runs[0])
        assert BY_ITSELF not in operator.get(runs[1]).content.decode()

    def test_a_dialog_that_a_colleague_was_faster_with_leads_to_the_page(
        self, operator: Client, three: list[AccessKey]
    ) -> None:
        run = begin(operator, "suspend", three)
        signed_in("Operators").post(run)
        assert operator.post(run, headers=HTMX)["HX-Redirect"] == run
        assert "2 of 3 done." in operator.get(run).content.decode()

    def test_stopped_it_ends_as_it_is(self, operator: Client, three: list[AccessKey]) -> None:
        run = begin(operator, "suspend", three)
        operator.post(run)
        colleague = signed_in("Operators")
        assert colleague.post(run, {"stop": "yes"})["Location"] == run
        name = BulkRun.objects.get().stopped_by
        assert name == User.objects.latest("pk").get_username()
        for response in (operator.get(run), operator.post(run, headers={**HTMX, "HX-Trigger": "progress"})):
            source = response.content.decode()
            for text in (
                f"Stopped by {name}, at 1 of 3.",
                "1 access key is suspended.",
                "2 access keys were left alone.",
            ):
                assert text in source
            for text in ("Go on</button>", "Stop here</button>", "Finished.", BY_ITSELF):
                assert text not in source
        assert "Half done" not in operator.get(LIST).content.decode()
        assert AccessKey.objects.suspended().count() == 1

    def test_who_may_not_do_it_may_not_stop_it(self, operator: Client, three: list[AccessKey]) -> None:
        run = begin(operator, "suspend", three)
        operator.post(run)
        assert signed_in("Viewers").post(run, {"stop": "yes"}).status_code == 403
        assert not BulkRun.objects.get().is_finished

    def test_what_is_revoked_meanwhile_is_told(self, operator: Client, three: list[AccessKey]) -> None:
        run = begin(operator, "suspend", three)
        operator.post(run)
        done = AccessKey.objects.suspended().get()
        for access_key in three:
            if access_key != done:
                revoke_elsewhere(access_key)
        gone = "1 selected access key is no longer there: somebody else has revoked it."
        response = operator.post(run, headers={**HTMX, "HX-Trigger": "progress"})
        assert gone in response.content.decode()
        operator.post(run)
        source = operator.get(run).content.decode()
        assert "1 access key is suspended." in source
        assert "2 selected access keys are no longer there: somebody else has revoked them." in source

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

    def test_the_list_leads_back_to_what_is_half_done(self, operator: Client, three: list[AccessKey]) -> None:
        sentence = "Half done: “Suspend 3 access keys”, 1 so far."
        run = begin(operator, "suspend", three)
        assert sentence not in operator.get(LIST).content.decode()
        operator.post(run)
        source = operator.get(LIST).content.decode()
        assert sentence in source
        assert f'<a href="{run}">Go on or stop</a>' in source
        assert sentence not in operator.get(LIST, headers=HTMX).content.decode()
        assert sentence not in signed_in("Operators").get(LIST).content.decode()
        person = User.objects.order_by("pk")[0]
        person.groups.set(Group.objects.filter(name="Viewers"))
        assert sentence not in operator.get(LIST).content.decode()
        person.groups.set(Group.objects.filter(name="Operators"))
        operator.post(run)
        operator.post(run)
        assert sentence not in operator.get(LIST).content.decode()


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
