"""Generating from a file as a shell runs it."""

from __future__ import annotations

import os
import pty
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from accesskeys import operations, verification
from accesskeys.management.commands import generate_access_keys
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations.actors import Actor
from tests.helpers import address_of_the_test_database
from tests.management.generate_access_keys.helpers import Write, check_whole, rows


@pytest.mark.django_db(transaction=True)
class TestThroughAShell:
    """As an administrator runs it: real processes, pipes and terminals."""

    def start(self, *arguments: str, **kwargs: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "manage.py", "generate_access_keys", *arguments],
            cwd=Path(__file__).parents[3],
            env={**os.environ, "DATABASE_URL": address_of_the_test_database()},
            text=True,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **kwargs},
        )

    @staticmethod
    def names(count: int, prefix: str = "n") -> str:
        return "name,scopes,expires_in\n" + "".join(
            f"{prefix}_{number},orders:read,90d\n" for number in range(count)
        )

    def test_from_one_pipe_to_another(self) -> None:
        with self.start("--from-file=-", stdin=subprocess.PIPE) as process:
            output, errors = process.communicate(self.names(1200))
        assert (process.returncode, errors) == (0, "")
        assert len(rows(output)) == 1200
        check_whole(rows(output)[::100])
        assert (AccessKey.objects.count(), AuditEvent.objects.count()) == (1200, 1200)

    def test_a_reader_that_goes_away(self, file: Write, command: Actor) -> None:
        with self.start(f"--from-file={file(self.names(3000))}") as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.readline()
            process.stdout.close()
            errors = process.stderr.read()
        assert process.returncode == 1
        assert errors.startswith("CommandError: The output cannot be written: Broken pipe. ")
        assert len(errors.splitlines()) == 1
        access_keys = AccessKey.objects.all()
        assert access_keys.count() < 3000
        assert access_keys.count() == AuditEvent.objects.count()
        for access_key in access_keys[:5]:
            verification.authenticate(operations.reveal(access_key_id=access_key.pk, actor=command))

    def test_killed_at_any_instant(self, file: Write, command: Actor) -> None:
        printed: list[dict[str, str]] = []
        for round_ in range(3):
            with self.start(f"--from-file={file(self.names(5000, f'round{round_}'))}") as process:
                assert process.stdout is not None
                heading = process.stdout.readline()
                time.sleep(random.uniform(0, 0.4))
                process.kill()
                whole, _, _ = (heading + process.stdout.read()).rpartition("\n")
            printed += [row for row in rows(whole) if row["key"]]
        self.settle()
        written = set(AccessKey.objects.values_list("pk", "name"))
        assert set(AuditEvent.objects.values_list("access_key_id", "access_key_name")) == written
        assert AuditEvent.objects.filter(outcome="succeeded").count() == len(written)
        assert len(written) % generate_access_keys.AT_ONCE == 0
        check_whole(printed[:: max(1, len(printed) // 20)])
        assert {(row["id"], row["name"]) for row in printed} <= {(str(pk), name) for pk, name in written}
        assert len(written) - len(printed) <= 3 * generate_access_keys.AT_ONCE
        for access_key in AccessKey.objects.order_by("-name")[:5]:
            verification.authenticate(operations.reveal(access_key_id=access_key.pk, actor=command))

    @staticmethod
    def settle() -> None:
        """A database server may notice a death late: wait until nothing changes any more."""
        before = -1
        while before != (before := AuditEvent.objects.count()):
            time.sleep(0.2)

    def test_memory_does_not_grow_with_the_file(self, file: Write) -> None:
        peaks = []
        for count in (2_000, 20_000):
            process = self.start(
                f"--from-file={file(self.names(count, f'n{count}'))}",
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            assert process.returncode == 0
            peaks.append(usage.ru_maxrss)  # kilobytes
        assert AccessKey.objects.count() == 22_000
        # 18,000 rows with their events would take more than 60 MB, their names alone 1.5 MB.
        assert peaks[1] - peaks[0] < 6_000

    @pytest.mark.parametrize("to_a_file", [True, False])
    def test_a_bar_on_a_terminal(self, file: Write, tmp_path: Path, to_a_file: bool) -> None:
        person, computer = pty.openpty()
        arguments: Sequence[str] = [f"--output={tmp_path}/keys.csv"] if to_a_file else []
        with self.start(
            f"--from-file={file(self.names(1000))}", *arguments, stdout=computer, stderr=computer
        ) as process:
            os.close(computer)
            seen = b""
            try:
                while chunk := os.read(person, 65536):
                    seen += chunk
            except OSError:  # Nobody holds the other end any more.
                pass
        os.close(person)
        assert process.returncode == 0
        if to_a_file:
            half, whole = b"#" * 20 + b" " * 20, b"#" * 40
            assert seen == b"\r[" + half + b"] 500 of 1,000\r[" + whole + b"] 1,000 of 1,000\r\n"
        else:
            assert seen.count(b"\r\n") == 1001
            assert b"#" not in seen
