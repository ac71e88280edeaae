"""The commands as a shell runs them."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from accesskeys.models import AccessKey
from tests.factories import AccessKeyFactory
from tests.helpers import address_of_the_test_database, audit_log


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
        assert "Revoke access key billing? Programs that use it are refused at once" in done.stderr
        assert done.stdout.startswith("Revoked access key billing ")
        assert not AccessKey.objects.exists()

    def test_a_wrong_keyring_is_a_sentence_and_no_traceback(self) -> None:
        done = self.shell("ACCESS_KEYS_MASTER_KEYS= $MANAGE list_access_keys")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("Not started: ACCESS_KEYS_MASTER_KEYS is empty.")
        assert len(done.stderr.splitlines()) == 1
