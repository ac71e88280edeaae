"""The commands: what they print, what they change, and one sentence with exit code 1 for whatever goes wrong."""

from __future__ import annotations

import errno
import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from pytest_django import Settings
from time_machine import TimeMachineFixture

from accesskeys import verification
from accesskeys.management.base import AccessKeyCommand
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import address_of_the_test_database, audit_log, holds_part_of, master_key, stored

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
UNKNOWN = "018f2c3e-6f6a-4c3b-9a53-0123456789ab"


def run(*arguments: str) -> str:
    """What the command prints on standard output."""
    output = io.StringIO()
    call_command(*arguments, stdout=output)
    return output.getvalue()


def refusal_of(*arguments: str) -> str:
    """The one sentence that the command gives instead of doing anything."""
    rows, output = list(AccessKey.objects.order_by("pk").values()), io.StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command(*arguments, stdout=output)
    assert refusal.value.returncode == 1
    assert output.getvalue() == ""
    assert list(AccessKey.objects.order_by("pk").values()) == rows
    sentence = str(refusal.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


@pytest.mark.django_db
class TestGenerate:
    def test_prints_the_bare_key_alone(self) -> None:
        printed = run("generate_access_key", "billing")
        access_key = verification.authenticate(printed.removesuffix("\n"))
        assert (access_key.name, access_key.scopes, access_key.expires_at) == ("billing", [], None)

    def test_is_written_down_as_a_command(self) -> None:
        run("generate_access_key", "billing")
        event = AuditEvent.objects.get()
        assert (event.door, event.actor_kind, event.actor_label, event.access_key_name) == (
            "command",
            "command",
            "manage.py",
            "billing",
        )
        assert AccessKey.objects.get().created_by == "manage.py"

    def test_scopes_and_expiry(self, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to(NOW, tick=False)
        run(
            "generate_access_key",
            "billing",
            "--scope",
            "orders:write",
            "--scope=orders:read",
            "--expires-in",
            "90d",
        )
        access_key = AccessKey.objects.get()
        assert access_key.scopes == ["orders:read", "orders:write"]
        assert access_key.expires_at == NOW + timedelta(days=90)

    def test_json(self, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to(NOW, tick=False)
        printed = json.loads(run("generate_access_key", "billing", "--scope=a", "--expires-in=1h", "--json"))
        access_key = verification.authenticate(printed.pop("key"))
        assert printed == {
            "id": str(access_key.pk),
            "name": "billing",
            "scopes": ["a"],
            "allowed_networks": [],
            "rate_limit": None,
            "created_at": "2026-11-23T12:00:00Z",
            "created_by": "manage.py",
            "expires_at": "2026-11-23T13:00:00Z",
            "suspended_at": None,
            "last_used_at": None,
        }

    @pytest.mark.parametrize("name", ["", " ", "a b", "a\n", "é", "x" * 31, "\udcff"])
    def test_a_wrong_name(self, name: str) -> None:
        assert refusal_of("generate_access_key", name) == (
            "Use 1 to 30 characters: letters A to Z and a to z, digits 0 to 9 and underscores."
        )
        assert audit_log() == [("access_key.generated", "refused", "invalid", None, "")]

    def test_a_taken_name(self) -> None:
        AccessKeyFactory(name="billing")
        assert refusal_of("generate_access_key", "billing") == (
            "Another access key has this name. Choose a different one."
        )

    def test_a_wrong_scope(self) -> None:
        assert "“Orders” is not a scope" in refusal_of("generate_access_key", "billing", "--scope=Orders")

    @pytest.mark.parametrize("time", ["", " ", "0d", "90", "soon", "99999y"])
    def test_a_wrong_expiry_never_means_no_expiry(self, time: str) -> None:
        """``--expires-in "$LIFETIME"`` with the variable unset is a mistake, and no wish for a key without end."""
        assert refusal_of("generate_access_key", "billing", f"--expires-in={time}") == (
            "Write how long the access key lives as a number and a unit: 12h, 90d, 4w or 1y."
        )


COLUMNS = "name\tid\tcreated_at\tlast_used_at\texpires_at\tscopes\tsuspended_at\tallowed_networks\trate_limit"


@pytest.mark.django_db
class TestList:
    def test_by_name_without_keys(self, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to(NOW, tick=False)
        second = AccessKeyFactory(name="shipping")
        first = AccessKeyFactory(name="billing", scopes=["b", "a"], expires_at=NOW + timedelta(days=1))
        verification.authenticate(key_of(first))
        run("suspend_access_key", "shipping")
        run(
            "limit_access_key",
            "shipping",
            "--network=192.0.2.0/24",
            "--network=2001:db8::/32",
            "--rate=9/hour",
        )
        printed = run("list_access_keys")
        assert printed.splitlines() == [
            COLUMNS,
            f"billing\t{first.pk}\t2026-11-23T12:00:00Z\t2026-11-23T12:00:00Z\t2026-11-24T12:00:00Z\ta b\t-\t-\t-",
            f"shipping\t{second.pk}\t2026-11-23T12:00:00Z\t-\t-\t-"
            "\t2026-11-23T12:00:00Z\t192.0.2.0/24 2001:db8::/32\t9/hour",
        ]

    def test_json(self, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to(NOW, tick=False)
        access_key = AccessKeyFactory(name="billing")
        assert json.loads(run("list_access_keys", "--json")) == [
            {
                "id": str(access_key.pk),
                "name": "billing",
                "scopes": [],
                "allowed_networks": [],
                "rate_limit": None,
                "created_at": "2026-11-23T12:00:00Z",
                "created_by": "manage.py",
                "expires_at": None,
                "suspended_at": None,
                "last_used_at": None,
            }
        ]

    def test_none(self) -> None:
        assert run("list_access_keys").splitlines() == [COLUMNS]
        assert json.loads(run("list_access_keys", "--json")) == []

    @pytest.mark.parametrize("options", [[], ["--json"]])
    def test_never_prints_a_key_or_what_is_stored_of_it(self, options: list[str]) -> None:
        access_key = AccessKeyFactory()
        row, printed = stored(access_key.pk), run("list_access_keys", *options)
        assert access_key.name in printed
        for secret in (key_of(access_key), row["digest"].hex(), row["sealed"].hex()):
            assert not holds_part_of(secret, printed)


@pytest.mark.django_db
class TestShow:
    @pytest.mark.parametrize("named", [lambda it: it.name, lambda it: str(it.pk)], ids=["by name", "by ID"])
    def test_prints_the_bare_key_alone(self, named: Callable[[AccessKey], str]) -> None:
        access_key = AccessKeyFactory()
        assert run("show_access_key", named(access_key)) == key_of(access_key) + "\n"
        assert audit_log()[-1][:4] == ("access_key.shown", "succeeded", "", access_key.pk)

    def test_a_damaged_row(self) -> None:
        access_key = AccessKeyFactory(name="billing")
        AccessKey.objects.update(sealed=b"")
        assert refusal_of("show_access_key", "billing") == (
            "The stored copy of this key is damaged or was moved, so it cannot be shown. "
            "Programs that hold the key can go on using it."
        )
        assert audit_log()[-1][:4] == ("access_key.shown", "failed", "integrity_failure", access_key.pk)


@pytest.mark.django_db
class TestRename:
    def test_by_name_and_by_id(self) -> None:
        access_key = AccessKeyFactory(name="billing")
        assert run("rename_access_key", "billing", "shipping") == "Renamed access key billing to shipping.\n"
        run("rename_access_key", str(access_key.pk), "storing")
        access_key.refresh_from_db()
        assert access_key.name == "storing"
        assert verification.authenticate(key_of(access_key)) == access_key

    @pytest.mark.parametrize("name", ["", "a b", "shipping"])
    def test_a_wrong_or_taken_name(self, name: str) -> None:
        AccessKeyFactory(name="billing")
        AccessKeyFactory(name="shipping")
        assert refusal_of("rename_access_key", "billing", name)


@pytest.mark.django_db
class TestRevoke:
    @pytest.mark.parametrize("named", [lambda it: it.name, lambda it: str(it.pk)], ids=["by name", "by ID"])
    def test_without_asking(self, named: Callable[[AccessKey], str]) -> None:
        access_key, other = AccessKeyFactory(name="billing"), AccessKeyFactory()
        printed = run("revoke_access_key", named(access_key), "--no-input")
        assert printed == f"Revoked access key billing ({access_key.pk}).\n"
        assert list(AccessKey.objects.all()) == [other]

    def test_where_nobody_can_be_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        AccessKeyFactory(name="billing")
        monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
        assert refusal_of("revoke_access_key", "billing") == (
            "Nobody is there to confirm. Add --no-input to revoke without asking."
        )

    @pytest.mark.parametrize("answer", ["y", "yes", "Y", " YES "])
    def test_after_a_yes(self, terminal: Callable[[str], None], answer: str) -> None:
        access_key = AccessKeyFactory(name="billing")
        terminal(answer + "\n")
        assert f"Revoked access key billing ({access_key.pk})." in run("revoke_access_key", "billing")
        assert not AccessKey.objects.exists()

    @pytest.mark.parametrize("answer", ["\n", "n\n", "no\n", "billing\n", "yess\n", "\x04"])
    def test_any_other_answer_revokes_nothing(self, terminal: Callable[[str], None], answer: str) -> None:
        AccessKeyFactory(name="billing")
        terminal(answer)
        assert refusal_of("revoke_access_key", "billing") == "Nothing was revoked."

    def test_says_what_it_means(
        self, terminal: Callable[[str], None], capsys: pytest.CaptureFixture[str]
    ) -> None:
        AccessKeyFactory(name="billing")
        terminal("n\n")
        refusal_of("revoke_access_key", "billing")
        question = capsys.readouterr().out
        assert question.startswith("Revoke access key billing? ")
        assert "cannot be undone" in question

    def test_one_that_is_gone_is_not_asked_about(
        self, terminal: Callable[[str], None], capsys: pytest.CaptureFixture[str]
    ) -> None:
        terminal("y\n")
        assert refusal_of("revoke_access_key", "billing").startswith("There is no such access key.")
        assert capsys.readouterr().out == ""

    @pytest.fixture
    def terminal(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
        """A person at a terminal who has typed this."""
        person, computer = pty.openpty()
        with os.fdopen(computer, "r") as stdin:
            monkeypatch.setattr(sys, "stdin", stdin)
            yield lambda typed: os.write(person, typed.encode()) and None
        os.close(person)


@pytest.mark.django_db
class TestWhatIsNotThere:
    COMMANDS: Sequence[Sequence[str]] = (
        ["show_access_key"],
        ["rename_access_key", "new"],
        ["suspend_access_key"],
        ["resume_access_key"],
        ["limit_access_key", "--anywhere"],
        ["explain_access_key"],
        ["revoke_access_key", "--no-input"],
    )

    @pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
    @pytest.mark.parametrize("name", ["unknown", "", "a b", "\udcff", "BILLING", UNKNOWN])
    def test_is_one_sentence(self, command: Sequence[str], name: str) -> None:
        AccessKeyFactory(name="billing")
        assert refusal_of(command[0], name, *command[1:]) == (
            "There is no such access key. It may have been revoked."
        )

    @pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
    def test_a_key_is_no_argument(self, command: Sequence[str]) -> None:
        """A key on the command line would stand in the process list and the shell's history."""
        key = key_of(AccessKeyFactory())
        assert not holds_part_of(key, refusal_of(command[0], key, *command[1:]))


EVERY_COMMAND = [
    ["generate_access_key", "billing"],
    ["list_access_keys"],
    ["show_access_key", "billing"],
    ["rename_access_key", "billing", "shipping"],
    ["suspend_access_key", "billing"],
    ["resume_access_key", "billing"],
    ["limit_access_key", "billing", "--anywhere"],
    ["explain_access_key", "billing"],
    ["revoke_access_key", "billing", "--no-input"],
    ["generate_access_keys", "--from-file=-"],
    ["revocation_drill", "--url=http://127.0.0.1:1/"],
]


@pytest.mark.django_db
@pytest.mark.parametrize("command", EVERY_COMMAND, ids=lambda command: command[0])
class TestWhatStopsEveryCommand:
    @pytest.mark.parametrize(
        ("keyring", "sentence"), [("", "is empty"), ("k1:AAAA", "has 3 bytes"), (None, "is not the one")]
    )
    def test_a_wrong_keyring(
        self, command: list[str], settings: Settings, keyring: str | None, sentence: str
    ) -> None:
        run("list_access_keys")  # the database knows k1 from here on
        settings.ACCESS_KEYS_MASTER_KEYS = keyring if keyring is not None else master_key("k1")
        assert sentence in refusal_of(*command)

    def test_a_database_without_tables(self, command: list[str]) -> None:
        """As it is before ``migrate``. The transaction of the test puts the table back."""
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE accesskeys_masterkeyfingerprint RENAME TO elsewhere")
        with pytest.raises(CommandError, match=r"^The database cannot be reached or is not migrated: "):
            run(*command)


def test_a_command_has_to_say_what_it_does(command: Actor) -> None:
    with pytest.raises(TypeError, match="run"):
        AccessKeyCommand()


class Broken(io.StringIO):
    """An output that takes nothing."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def write(self, text: str) -> int:
        raise OSError(self._number, os.strerror(self._number))


@pytest.mark.django_db
class TestAnOutputThatFails:
    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EPIPE])
    def test_a_key_that_cannot_be_written_opens_nothing(self, number: int) -> None:
        with pytest.raises(CommandError) as refusal:
            call_command("generate_access_key", "billing", stdout=Broken(number))
        assert str(refusal.value) == (
            f"The key cannot be written: {os.strerror(number)}. The access key was revoked again."
        )
        assert not AccessKey.objects.exists()
        assert [event.action for event in audit_log()] == ["access_key.generated", "access_key.revoked"]

    def test_anything_else_is_a_sentence(self) -> None:
        with pytest.raises(CommandError, match=r"^The output cannot be written: No space left on device\.$"):
            call_command("list_access_keys", stdout=Broken(errno.ENOSPC))

    def test_an_error_of_another_kind_is_passed_on(self) -> None:
        with pytest.raises(OSError, match=os.strerror(errno.EISDIR)):
            call_command("list_access_keys", stdout=Broken(errno.EISDIR))

    def test_without_one_nothing_is_done(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdout", None)
        with pytest.raises(CommandError, match=r"^Standard output is closed, so nothing was done\.$"):
            call_command("generate_access_key", "billing")
        assert not AccessKey.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestThroughAShell:
    """Once each, as an administrator runs them: a real process, a real database, exit codes and both outputs."""

    def shell(self, script: str, **kwargs: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-c", script],
            cwd=Path(__file__).parents[2],
            env={
                **os.environ,
                "DATABASE_URL": address_of_the_test_database(),
                "MANAGE": f"{sys.executable} manage.py",
            },
            text=True,
            capture_output=True,
            timeout=120,
            **{"stdin": subprocess.DEVNULL, **kwargs},
        )

    def test_the_key_goes_into_a_variable(self) -> None:
        done = self.shell(
            """
            KEY=$($MANAGE generate_access_key billing) && echo "${#KEY}"
            [ "$KEY" = "$($MANAGE show_access_key billing)" ] && echo same
            """
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "55\nsame\n", "")

    def test_rename_list_and_revoke(self) -> None:
        access_key = AccessKeyFactory(name="old")
        done = self.shell(
            """
            $MANAGE rename_access_key old new &&
            $MANAGE list_access_keys | cut -f 1 &&
            $MANAGE revoke_access_key new --no-input
            """
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.splitlines() == [
            "Renamed access key old to new.",
            "name",
            "new",
            f"Revoked access key new ({access_key.pk}).",
        ]
        assert not AccessKey.objects.exists()

    def test_a_refusal_is_a_sentence_on_the_other_output(self) -> None:
        done = self.shell(
            """KEY=$($MANAGE generate_access_key "a b") || echo "exit $?, ${#KEY} characters" """
        )
        assert done.stdout == "exit 1, 0 characters\n"
        assert done.stderr == (
            "CommandError: Use 1 to 30 characters: letters A to Z and a to z, digits 0 to 9 and underscores.\n"
        )

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is always full.")
    def test_a_key_that_cannot_be_written_opens_nothing(self) -> None:
        done = self.shell("$MANAGE generate_access_key billing --json > /dev/full")
        assert (done.returncode, done.stderr) == (
            1,
            "CommandError: The key cannot be written: No space left on device. The access key was revoked again.\n",
        )
        assert not AccessKey.objects.exists()
        assert [event.action for event in audit_log()] == ["access_key.generated", "access_key.revoked"]

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is always full.")
    @pytest.mark.parametrize(
        "command", ["list_access_keys", "show_access_key billing", "explain_access_key billing"]
    )
    def test_what_cannot_be_written_is_a_sentence(self, command: str) -> None:
        AccessKeyFactory(name="billing")
        done = self.shell(f"$MANAGE {command} > /dev/full")
        assert done.returncode == 1
        assert done.stderr == "CommandError: The output cannot be written: No space left on device.\n"

    @pytest.mark.parametrize("command", ["generate_access_key billing", "list_access_keys"])
    def test_without_an_output_nothing_is_done(self, command: str) -> None:
        done = self.shell(f"$MANAGE {command} >&-")
        assert done.returncode == 1
        assert done.stderr == "CommandError: Standard output is closed, so nothing was done.\n"
        assert not AccessKey.objects.exists()

    def test_revoking_asks_a_person_at_a_terminal(self) -> None:
        AccessKeyFactory(name="billing")
        person, computer = pty.openpty()
        os.write(person, b"y\n")
        done = self.shell("$MANAGE revoke_access_key billing", stdin=computer)
        os.close(computer)
        os.close(person)
        assert done.returncode == 0, done.stderr
        assert "Revoke access key billing? Programs that use it are refused at once" in done.stdout
        assert not AccessKey.objects.exists()

    def test_a_wrong_keyring_is_a_sentence_and_no_traceback(self) -> None:
        done = self.shell("ACCESS_KEYS_MASTER_KEYS= $MANAGE list_access_keys")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("CommandError: ACCESS_KEYS_MASTER_KEYS is empty.")
        assert len(done.stderr.splitlines()) == 1
