"""The pages of a rotation: begun, looked at, shown key by key, and brought to its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, strip_tags

from accesskeys import operations, verification
from accesskeys.core.exceptions import InvalidKey
from accesskeys.models import AccessKey, AuditEvent, Rotation
from accesskeys.operations.actors import Actor
from tests.console.helpers import HTMX, LIST, details, reveal, said
from tests.factories import key_of
from tests.helpers import holds_part_of

pytestmark = pytest.mark.django_db

CHOSEN = {"grace": "3600", "ends_in": "604800"}
HOUR = timedelta(hours=1)
ONE_KEY = "This access key has one key only. Its rotation is over or was cancelled, if there was one."


def address(access_key: AccessKey, page: str = "rotate") -> str:
    return reverse(f"accesskeys:access_key_{page}", args=[access_key.pk])


def page(client: Client, access_key: AccessKey) -> str:
    return " ".join(client.get(details(access_key)).content.decode().split())


def is_accepted(key: str) -> bool:
    try:
        verification.authenticate(key)
    except InvalidKey:
        return False
    return True


@pytest.fixture
def next_key(billing: AccessKey, command: Actor) -> str:
    return operations.rotate(access_key_id=billing.pk, actor=command).key


class TestBeginning:
    def test_a_dialog_says_what_it_means(self, operator: Client, billing: AccessKey) -> None:
        assert f'href="{address(billing)}"' in page(operator, billing)
        shown = operator.get(address(billing)).content.decode()
        assert "Both keys are accepted until the old one ends" in shown
        assert '<option value="86400" selected>24 hours</option>' in shown
        assert '<option value="2592000" selected>In 30 days</option>' in shown
        assert not Rotation.objects.exists()

    def test_makes_a_next_key_and_shows_it_to_nobody(self, operator: Client, billing: AccessKey) -> None:
        answer = operator.post(address(billing), CHOSEN)
        assert answer["Location"] == details(billing)
        assert said(answer) == [
            "Access key billing has a next key. Give it to the programs that use the present one."
        ]
        rotation = Rotation.objects.get()
        assert (rotation.grace, rotation.ends_at - rotation.created_at > timedelta(days=6)) == (HOUR, True)
        key = operations.reveal(access_key_id=billing.pk, actor=Actor.for_command(), of_next_key=True)
        assert not holds_part_of(key, answer.content.decode() + page(operator, billing))
        assert AuditEvent.objects.get(action="access_key.rotated").door == "console"

    def test_a_second_click_changes_nothing(self, operator: Client, billing: AccessKey) -> None:
        first = operator.post(address(billing), CHOSEN)
        before = Rotation.objects.values().get()
        again = operator.post(address(billing), CHOSEN)
        assert (again["Location"], said(again)[-1]) == (details(billing), said(first)[0])
        assert Rotation.objects.values().get() == before
        assert AuditEvent.objects.filter(action__in=["access_key.rotated", "access_key.shown"]).count() == 1

    @pytest.mark.parametrize(
        "chosen", [{"grace": "3600", "ends_in": "0"}, {"grace": "0", "ends_in": "604800"}]
    )
    def test_other_times_than_those_of_a_colleague_are_not_dropped_in_silence(
        self, operator: Client, billing: AccessKey, chosen: dict[str, str]
    ) -> None:
        operator.post(address(billing), CHOSEN)
        Rotation.objects.update(ends_at=datetime(2031, 12, 5, 14, 5, 59, tzinfo=UTC))
        before = Rotation.objects.values().get()
        answer = operator.post(address(billing), chosen)
        assert answer["Location"] == details(billing)
        assert said(answer)[-1] == (
            "Nothing was changed: access key billing has a next key already. "
            "The old one is accepted until 5 Dec 2031, 14:05 UTC at the latest."
        )
        assert list(get_messages(answer.wsgi_request))[-1].level_tag == "warning"
        assert (Rotation.objects.values().get(), is_accepted(key_of(billing))) == (before, True)

    def test_nor_those_after_the_end_of_the_old_key(self, operator: Client, billing: AccessKey) -> None:
        operator.post(address(billing), {"grace": "0", "ends_in": "0"})
        assert (
            "has a next key already, and the old one ended"
            in said(operator.post(address(billing), CHOSEN))[-1]
        )
        asked = operator.get(address(billing))
        assert said(asked)[-1] == "Access key billing has a next key already, and the old one has ended."

    def test_leads_back_where_there_is_a_next_key(
        self, operator: Client, billing: AccessKey, next_key: str
    ) -> None:
        for answer in (operator.get(address(billing)), operator.post(address(billing), {})):
            assert answer["Location"] == details(billing)
            message = list(get_messages(answer.wsgi_request))[-1]
            assert (message.level_tag, strip_tags(str(message))) == (
                "info",
                "Access key billing has a next key already. The old one can be ended on this page.",
            )
            assert address(billing, "end_old_key") in page(operator, billing)
        assert operator.get(address(billing), headers=HTMX)["HX-Redirect"] == details(billing)

    @pytest.mark.parametrize("form", [{}, {"grace": "5", "ends_in": "0"}, {"grace": "0", "ends_in": "x"}])
    def test_takes_what_it_offers(self, operator: Client, billing: AccessKey, form: dict[str, str]) -> None:
        answer = operator.post(address(billing), form)
        assert (answer.status_code, "errors" in answer.content.decode()) == (200, True)
        assert not Rotation.objects.exists()

    def test_of_one_that_is_gone(self, operator: Client, billing: AccessKey) -> None:
        AccessKey.objects.all().delete()
        for answer in (operator.get(address(billing)), operator.post(address(billing), CHOSEN)):
            assert answer["Location"] == LIST
            assert said(answer)[-1] == "There is no such access key. It may have been revoked."


class TestLooking:
    def test_at_two_keys(self, operator: Client, billing: AccessKey, next_key: str) -> None:
        shown = page(operator, billing)
        for text in (
            "Old key",
            "Next key",
            "Both keys are accepted.",
            "End the old key now",
            "Cancel rotation",
        ):
            assert text in shown
        assert f'href="{address(billing)}"' not in shown
        for key in (key_of(billing), next_key):
            assert not holds_part_of(key, shown)

    def test_at_one_in_use(self, operator: Client, billing: AccessKey, next_key: str) -> None:
        assert is_accepted(next_key)
        shown = page(operator, billing)
        assert "The next key was first used <time" in shown
        assert "the old one is refused from" in shown
        assert "Cancel rotation" not in shown

    def test_at_one_whose_use_is_not_written_yet(
        self, operator: Client, billing: AccessKey, next_key: str
    ) -> None:
        assert is_accepted(next_key)
        Rotation.objects.update(last_used_at=None)
        _, _, of_the_next = strip_tags(page(operator, billing)).partition("Next key")
        assert "first used: just now · last used: just now" in of_the_next

    def test_after_the_end_of_the_old_one(self, operator: Client, billing: AccessKey, next_key: str) -> None:
        Rotation.objects.update(ends_at=timezone.now())
        shown = page(operator, billing)
        assert "The old key is refused since" in shown
        for text in ("Old key</h3>", "End the old key now", "Cancel rotation"):
            assert text not in shown
        assert "Finish rotation" in shown
        assert is_accepted(next_key)
        shown = page(operator, billing)
        assert "Next key</h3>" not in shown
        assert f'href="{address(billing)}"' in shown

    def test_whose_old_key_is_used_to_its_last(
        self, operator: Client, billing: AccessKey, next_key: str
    ) -> None:
        assert "in the hour before its end" not in page(operator, billing)
        assert "Old key in use" not in operator.get(LIST).content.decode()
        now = timezone.now()
        Rotation.objects.update(ends_at=now + HOUR / 2, old_last_used_at=now)
        assert "A program still used the old key in the hour before its end" in page(operator, billing)
        assert "Old key in use" in operator.get(LIST).content.decode()

    def test_as_a_viewer(self, viewer: Client, billing: AccessKey, next_key: str) -> None:
        shown = page(viewer, billing)
        assert "Both keys are accepted." in shown
        for text in ("End the old key now", "Cancel rotation", "Show key"):
            assert text not in shown
        for name in ("rotate", "end_old_key", "cancel_rotation"):
            assert viewer.get(address(billing, name)).status_code == 403
            assert viewer.post(address(billing, name)).status_code == 403


class TestShowing:
    def test_either_key_without_javascript(self, operator: Client, billing: AccessKey, next_key: str) -> None:
        old = operator.post(reveal(billing)).content.decode()
        new = operator.post(reveal(billing), {"next_key": "yes"}).content.decode()
        assert (old.count(key_of(billing)), holds_part_of(next_key, old)) == (1, False)
        assert (new.count(next_key), holds_part_of(key_of(billing), new)) == (1, False)

    def test_to_a_script(self, operator: Client, billing: AccessKey, next_key: str) -> None:
        answer = operator.post(
            reveal(billing), {"next_key": "yes", "to_copy": "yes"}, headers={"Accept": "application/json"}
        )
        assert answer.json() == {"key": next_key}
        event = AuditEvent.objects.latest("id")
        assert (event.action, event.details) == ("access_key.copied", {"next_key": True})

    def test_one_that_is_not_there(self, operator: Client, billing: AccessKey) -> None:
        answer = operator.post(reveal(billing), {"next_key": "yes"}, headers=HTMX)
        assert answer.status_code == 409
        assert "This access key has one key only." in answer.content.decode()


class TestEnding:
    def test_the_old_key_now(self, operator: Client, billing: AccessKey, next_key: str) -> None:
        asked = operator.get(address(billing, "end_old_key")).content.decode()
        assert "The next key has never been used." in asked
        answer = operator.post(address(billing, "end_old_key"))
        assert answer["Location"] == details(billing)
        assert said(answer) == [
            "The old key of access key billing has ended. Programs that still use it are refused."
        ]
        assert [is_accepted(key_of(billing)), is_accepted(next_key)] == [False, True]
        again = operator.post(address(billing, "end_old_key"))
        assert said(again)[-1] == ONE_KEY
        assert said(operator.get(address(billing, "end_old_key")))[-1] == ONE_KEY

    def test_by_cancelling(self, operator: Client, billing: AccessKey, next_key: str) -> None:
        assert (
            "Nobody has used it so far" in operator.get(address(billing, "cancel_rotation")).content.decode()
        )
        answer = operator.post(address(billing, "cancel_rotation"))
        assert said(answer) == [
            "The next key of access key billing is dropped. Programs go on using the present one."
        ]
        assert [is_accepted(key_of(billing)), is_accepted(next_key)] == [True, False]
        assert said(operator.post(address(billing, "cancel_rotation")))[-1] == ONE_KEY

    def test_not_where_a_program_was_faster(
        self, operator: Client, billing: AccessKey, next_key: str
    ) -> None:
        assert is_accepted(next_key)
        answer = operator.post(address(billing, "cancel_rotation"))
        assert "End the old key instead." in said(answer)[-1]
        assert is_accepted(next_key)

    @pytest.mark.parametrize("name", ["end_old_key", "cancel_rotation"])
    def test_of_what_is_gone(self, operator: Client, billing: AccessKey, name: str) -> None:
        answer = operator.get(address(billing, name))
        assert (answer["Location"], said(answer)[-1][:16]) == (details(billing), "This access key ")
        AccessKey.objects.all().delete()
        for gone in (operator.get(address(billing, name)), operator.post(address(billing, name))):
            assert gone["Location"] == LIST


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("de", "Der alte wird spätestens bis zum 5. Dez. 2031, 14:05 UTC angenommen."),
        ("fr", "L’ancienne est acceptée au plus tard jusqu’au 5 déc. 2031, 14:05 UTC."),
    ],
)
def test_what_was_not_done_in_other_languages(
    operator: Client, billing: AccessKey, next_key: str, language: str, sentence: str
) -> None:
    Rotation.objects.update(ends_at=datetime(2031, 12, 5, 14, 5, tzinfo=UTC))
    answer = operator.post(address(billing), CHOSEN, headers={"Accept-Language": language})
    assert said(answer)[-1].endswith(sentence)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("de", "Der nächste wurde noch nie verwendet; der alte wird spätestens ab"),
        ("fr", "La suivante n’a jamais été utilisée ; l’ancienne est refusée à partir du"),
    ],
)
def test_in_other_languages(
    operator: Client, billing: AccessKey, next_key: str, language: str, sentence: str
) -> None:
    shown = operator.get(details(billing), headers={"Accept-Language": language}).content.decode()
    assert escape(sentence) in " ".join(shown.split())
