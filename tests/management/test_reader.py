"""A reader that goes away has seen enough, unless what it was to read is a key."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command, get_commands, load_command_class
from django.core.management.base import CommandError

from accesskeys import operations
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations import Wish
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory
from tests.helpers import address_of_the_test_database
from tests.management.drilling import obedient, serving

PRINTING_KEYS = {"generate_access_key", "generate_access_keys", "rotate_access_key", "show_access_key"}
COMMANDS = sorted(name for name, app in get_commands().items() if app == "accesskeys")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_one_or_the_other(name: str) -> None:
    assert load_command_class("accesskeys", name).prints_keys == (name in PRINTING_KEYS)  # type: ignore[attr-defined]


class Gone(io.StringIO):
    """An output that nobody reads any more."""

    def write(self, text: str) -> int:
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


@pytest.mark.django_db
class TestAnOutputThatNobodyReads:
    @pytest.mark.parametrize(
        "command",
        [
            ["list_access_keys"],
            ["list_access_keys", "--json"],
            ["explain_access_key", "billing"],
            ["rename_access_key", "billing", "shipping"],
            ["suspend_access_key", "billing"],
            ["resume_access_key", "billing"],
            ["limit_access_key", "billing", "--rate=1/hour"],
            ["rescope_access_key", "billing", "--scope=a"],
            ["extend_access_key", "billing", "--never"],
            ["describe_access_key", "billing", "--owner=team"],
            ["revoke_access_key", "billing", "--no-input"],
            ["suspend_access_keys", "--all", "--dry-run"],
            ["resume_access_keys", "--all", "--no-input"],
            ["label_access_keys", "--all", "--set=a=b", "--no-input"],
            ["revoke_access_keys", "--all", "--no-input"],
        ],
        ids=" ".join,
    )
    def test_is_the_end_and_no_failure(self, command: list[str]) -> None:
        AccessKeyFactory(name="billing")
        call_command(*command, stdout=Gone())

    def test_changes_no_verdict(self, command: Actor) -> None:
        access_key = AccessKeyFactory(name="billing")
        operations.suspend(access_key_id=access_key.pk, actor=command)
        with pytest.raises(SystemExit) as end:
            call_command("explain_access_key", "billing", stdout=Gone())
        assert end.value.code == 1

    def test_does_not_lose_a_key(self) -> None:
        AccessKeyFactory(name="billing")
        with pytest.raises(CommandError, match=r"^The output cannot be written: Broken pipe\.$"):
            call_command("show_access_key", "billing", stdout=Gone())
        with pytest.raises(
            CommandError, match=r"^The key cannot be written: Broken pipe\. The access key was"
        ):
            call_command("generate_access_key", "other", stdout=Gone())
        assert list(AccessKey.objects.values_list("name", flat=True)) == ["billing"]


@pytest.mark.django_db(transaction=True)
class TestAnOutputThatNobodyListensTo:
    def test_a_drill_that_fails_is_a_failure(self) -> None:
        with (
            serving(lambda key: 200) as url,
            pytest.raises(CommandError, match=r"^Accepted after the revoke"),
        ):
            call_command("revocation_drill", f"--url={url}", "--connections=1", "--timeout=1", stdout=Gone())

    def test_one_that_does_not_is_none(self) -> None:
        with serving(obedient) as url:
            call_command("revocation_drill", f"--url={url}", "--connections=1", "--timeout=5", stdout=Gone())


@pytest.mark.django_db(transaction=True)
class TestThroughAShell:
    """With pipes that really break: what is written is more than a pipe holds."""

    def shell(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run the script in a shell that tells how each part of its pipe has ended."""
        return subprocess.run(
            ["bash", "-c", f'{script}; echo "${{PIPESTATUS[0]}}"'],
            cwd=Path(__file__).parents[2],
            env={
                **os.environ,
                "DATABASE_URL": address_of_the_test_database(),
                "MANAGE": f"{sys.executable} manage.py",
            },
            text=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=120,
        )

    @pytest.mark.parametrize(("options", "first"), [("", "name\tid\tcreated_at"), ("--json", "[")])
    def test_the_first_line_of_five_thousand(self, options: str, first: str, command: Actor) -> None:
        wishes = [Wish(f"name_{number}") for number in range(5000)]
        operations.generate_many(wishes=wishes, actor=command)
        done = self.shell(f"$MANAGE list_access_keys {options} | head -1")
        line, status = done.stdout.splitlines()
        assert line.startswith(first)
        assert (status, done.stderr) == ("0", "")

    def test_what_is_done_is_done(self) -> None:
        AccessKeyFactory(name="billing")
        done = self.shell("$MANAGE revoke_access_key billing --no-input | (exec 0<&-; sleep 3)")
        assert (done.stdout, done.stderr) == ("0\n", "")
        assert not AccessKey.objects.exists()

    def test_the_verdict_is_the_exit_code(self) -> None:
        AccessKeyFactory(name="billing", expired=True)
        for reader in ("cat > /dev/null", "(exec 0<&-; sleep 3)"):
            done = self.shell(f"$MANAGE explain_access_key billing | {reader}")
            assert (done.stdout, done.stderr) == ("1\n", "")

    def test_a_key_that_nobody_reads_is_a_failure(self) -> None:
        done = self.shell("$MANAGE generate_access_key billing | (exec 0<&-; sleep 3)")
        assert done.stdout == "1\n"
        assert done.stderr == (
            "CommandError: The key cannot be written: Broken pipe. The access key was revoked again.\n"
        )
        assert not AccessKey.objects.exists()
        assert AuditEvent.objects.count() == 2
