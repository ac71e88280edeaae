"""``revoke_access_keys`` and its siblings: one thing done to all that a filter chooses."""

from __future__ import annotations

import io
import json
import os
import pty
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accesskeys import operations, verification
from accesskeys.management import many
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations import Wish
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import audit_log
from tests.management.helpers import refusal_of, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """A person at a terminal who has typed this."""
    person, computer = pty.openpty()
    with os.fdopen(computer, "r") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield lambda typed: os.write(person, typed.encode()) and None
    os.close(person)


def payments(number: int = 2) -> list[AccessKey]:
    return [AccessKeyFactory(name=f"pay_{n}", labels={"team": "payments"}) for n in range(number)]


def suspended() -> list[str]:
    return list(AccessKey.objects.suspended().order_by("name").values_list("name", flat=True))


class TestWhatIsDone:
    def test_those_that_the_filter_chooses_are_revoked(self) -> None:
        payments()
        other = AccessKeyFactory(name="other")
        assert run("revoke_access_keys", "--label=team=payments", "--no-input") == "Revoked 2 access keys.\n"
        assert list(AccessKey.objects.all()) == [other]
        assert [told[:2] for told in audit_log()[-2:]] == [("access_key.revoked", "succeeded")] * 2

    def test_suspended_and_resumed_and_what_was_so_already(self, command: Actor) -> None:
        one, _two = payments()
        operations.suspend(access_key_id=one.pk, actor=command)
        assert run("suspend_access_keys", "--all", "--no-input") == (
            "Suspended 1 access key. 1 were so already.\n"
        )
        assert suspended() == ["pay_0", "pay_1"]
        assert run("resume_access_keys", "--status=suspended", "--no-input") == "Resumed 2 access keys.\n"
        assert suspended() == []

    def test_labels(self) -> None:
        payments()
        run("label_access_keys", "--search=pay_0", "--set=env=live", "--remove=team", "--no-input")
        assert list(AccessKey.objects.order_by("name").values_list("labels", flat=True)) == [
            {"env": "live"},
            {"team": "payments"},
        ]

    def test_one_that_is_refused_is_named_and_the_others_are_done(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        AccessKeyFactory(name="full", labels={f"l{number}": "" for number in range(16)})
        AccessKeyFactory(name="other")
        with pytest.raises(CommandError, match=r"^Refused: 1 access key\.$"):
            call_command("label_access_keys", "--all", "--set=a=b", "--no-input")
        told = capsys.readouterr()
        assert told.out == "Labelled 1 access key.\n"
        assert told.err == "full: An access key carries at most 16 labels.\n"

    def test_json(self) -> None:
        payments()
        foreseen = json.loads(run("suspend_access_keys", "--all", "--dry-run", "--json"))
        assert foreseen == {"total": 2, "used_within_a_day": 0, "names": ["pay_0", "pay_1"]}
        assert json.loads(run("suspend_access_keys", "--all", "--no-input", "--json")) == {
            "done": 2,
            "unchanged": 0,
            "absent": 0,
            "refused": [],
        }

    def test_nothing_matches(self) -> None:
        assert run("revoke_access_keys", "--search=nothing") == "Revoked 0 access keys.\n"

    def test_what_somebody_else_revokes_meanwhile(self, command: Actor) -> None:
        first, _second = payments()
        foresee = operations.foresee_many

        def slow(ids: Any) -> Any:
            operations.revoke(access_key_id=first.pk, actor=command)
            return foresee(ids)

        with patch("accesskeys.operations.foresee_many", slow):
            printed = run("suspend_access_keys", "--all", "--no-input")
        assert printed == "Suspended 1 access key. 1 were no longer there.\n"


class TestDryRun:
    def test_names_and_counts_and_changes_nothing(self) -> None:
        first, _second = payments()
        verification.authenticate(key_of(first))
        rows, log = list(AccessKey.objects.values()), audit_log()
        assert run("revoke_access_keys", "--label=team", "--dry-run") == (
            "pay_0\npay_1\n2 access keys, 1 of them used within the last day.\n"
        )
        assert (list(AccessKey.objects.values()), audit_log()) == (rows, log)


class TestWhichOnes:
    @pytest.mark.parametrize(
        ("options", "names"),
        [
            (["--search=bill"], ["billing"]),
            (["--owner=Team B"], ["billing"]),
            (["--scope=orders:read"], ["shop"]),
            (["--label=env"], ["shop"]),
            (["--label=env=live"], ["shop"]),
            (["--status=never_used", "--search=shop"], ["shop"]),
            (["--created-after=2030-01-01T00:00:00Z"], []),
            (["--created-before=2030-01-01T00:00:00Z"], ["billing", "shop"]),
            (["--expires-after=2030-01-01T00:00:00Z"], ["shop"]),
            (["--expires-before=2030-01-01T00:00:00Z"], []),
            (["--last-used-before=2030-01-01T00:00:00Z"], ["billing"]),
        ],
    )
    def test_by_the_words_of_the_list(self, options: list[str], names: list[str]) -> None:
        billing = AccessKeyFactory(name="billing", owner="Team B")
        verification.authenticate(key_of(billing))
        AccessKeyFactory(
            name="shop",
            scopes=["orders:read"],
            labels={"env": "live"},
            expires_at=datetime(2031, 1, 1, tzinfo=UTC),
        )
        assert json.loads(run("suspend_access_keys", *options, "--dry-run", "--json"))["names"] == names
        listed = json.loads(run("list_access_keys", *options, "--json"))
        assert [access_key["name"] for access_key in listed] == names

    @pytest.mark.parametrize(
        ("options", "sentence"),
        [
            ([], "Choose access keys by a filter, such as --label team=payments, or all of them by --all."),
            (["--all", "--scope=a"], "Choose access keys by a filter"),
            (["--search="], "--search is empty, so nothing was done."),
            (["--label="], "Write a label as team=payments"),
            (["--label=A=b"], "Write a label as team=payments"),
            (["--scope=A"], "Write a scope as orders:read"),
            (["--owner="], "Write part of an owner"),
            (["--created-after=yesterday"], "Write the time in ISO 8601"),
        ],
    )
    def test_a_filter_is_wanted_and_has_to_make_sense(self, options: list[str], sentence: str) -> None:
        payments()
        for command in ("revoke_access_keys", "suspend_access_keys"):
            assert refusal_of(command, *options, "--no-input").startswith(sentence)

    def test_an_empty_search_lists_all_of_them(self) -> None:
        payments()
        assert len(json.loads(run("list_access_keys", "--search=", "--json"))) == 2

    def test_labels_are_wanted_and_have_to_be_some(self) -> None:
        payments()
        assert refusal_of("label_access_keys", "--all").startswith("Say which labels")
        assert "is not a label" in refusal_of("label_access_keys", "--all", "--set=Team=a", "--no-input")
        both = refusal_of("label_access_keys", "--all", "--set=team=x", "--remove=team", "--no-input")
        assert both == "“team” cannot be set and removed at once. Choose one of them."
        assert AccessKey.objects.filter(labels={"team": "payments"}).count() == 2

    def test_ten_thousand_and_no_more(self, command: Actor) -> None:
        for start in range(0, 10_001, 500):
            size = min(500, 10_001 - start)
            wishes = [Wish(f"name_{start + number}") for number in range(size)]
            operations.generate_many(wishes=wishes, actor=command)
        events = AuditEvent.objects.count()
        assert refusal_of("suspend_access_keys", "--all", "--no-input") == (
            "More than 10,000 access keys match, so nothing was done. Narrow the filter."
        )
        assert AuditEvent.objects.count() == events
        operations.revoke(access_key_id=AccessKey.objects.get(name="name_7").pk, actor=command)
        assert run("suspend_access_keys", "--all", "--no-input") == "Suspended 10,000 access keys.\n"
        assert AuditEvent.objects.filter(action="access_key.suspended").count() == 10_000
        printed = run("suspend_access_keys", "--all", "--dry-run").splitlines()
        assert len(printed) == 102
        assert printed[-2:] == ["and 9,900 more", "10,000 access keys, 0 of them used within the last day."]


class TestAsking:
    def test_where_nobody_can_be_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        payments()
        monkeypatch.setattr(sys, "stdin", io.StringIO("2\n"))
        assert refusal_of("revoke_access_keys", "--all") == (
            "Nobody is there to confirm. Add --no-input to do it without asking."
        )

    def test_revoking_wants_the_number(
        self, terminal: Callable[[str], None], capsys: pytest.CaptureFixture[str]
    ) -> None:
        payments()
        terminal("2\n")
        assert run("revoke_access_keys", "--all") == "Revoked 2 access keys.\n"
        asked = capsys.readouterr().err
        assert (
            "pay_0\npay_1\n2 access keys, 0 of them used within the last day.\nRevoke 2 access keys? "
            in asked
        )
        assert asked.endswith("this cannot be undone. Type 2 to confirm: ")

    @pytest.mark.parametrize("answer", ["\n", "y\n", "3\n", "\x04"])
    def test_any_other_answer_revokes_nothing(self, terminal: Callable[[str], None], answer: str) -> None:
        payments()
        terminal(answer)
        assert refusal_of("revoke_access_keys", "--all") == "Nothing was done."

    def test_the_others_want_a_yes(self, terminal: Callable[[str], None]) -> None:
        payments()
        terminal("yes\n")
        run("suspend_access_keys", "--all")
        assert len(suspended()) == 2
        terminal("2\n")
        assert refusal_of("resume_access_keys", "--all") == "Nothing was done."


def test_an_interruption_comes_between_two_batches(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    payments(5)
    monkeypatch.setattr(many, "AT_ONCE", 2)
    change_many = operations.change_many

    def interrupted(**about: Any) -> Any:
        os.kill(os.getpid(), signal.SIGINT)
        return change_many(**about)

    with (
        patch("accesskeys.operations.change_many", interrupted),
        pytest.raises(
            CommandError, match=r"^Interrupted after 2 of 5 access keys\. Run it again for what is left\.$"
        ),
    ):
        call_command("revoke_access_keys", "--all", "--no-input")
    told = capsys.readouterr()
    assert (told.out, told.err) == ("Revoked 2 access keys.\n", "2 of 5\n")
    assert AccessKey.objects.count() == 3
    assert run("revoke_access_keys", "--all", "--no-input") == "Revoked 3 access keys.\n"
