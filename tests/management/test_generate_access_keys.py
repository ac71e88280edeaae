"""Generating from a file: all lines are checked first, and no key of a committed row is ever lost."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import random
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError
from time_machine import TimeMachineFixture

from accesskeys import operations, verification
from accesskeys.management.commands import generate_access_keys
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory
from tests.helpers import address_of_the_test_database, audit_log, refusing_inserts

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
GENERATED = ("access_key.generated", "succeeded", "")
COLUMNS = "The first line must name the columns: name, and where they are wanted scopes and expires_in."

Write = Callable[[str | bytes], str]


@pytest.fixture
def file(tmp_path: Path) -> Write:
    """Writes a file and tells its path."""

    def write(content: str | bytes) -> str:
        path = tmp_path / "wishes.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


@pytest.fixture
def two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate_access_keys, "AT_ONCE", 2)


def generate(path: str, *arguments: str) -> str:
    output = io.StringIO()
    call_command("generate_access_keys", f"--from-file={path}", *arguments, stdout=output)
    return output.getvalue()


def refused(path: str, *arguments: str, stdout: Any = None) -> tuple[str, list[str]]:
    """The sentence that the command ends with, and the lines above it."""
    errors = io.StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command(
            "generate_access_keys",
            f"--from-file={path}",
            *arguments,
            stdout=stdout or io.StringIO(),
            stderr=errors,
        )
    assert refusal.value.returncode == 1
    return str(refusal.value), errors.getvalue().splitlines()


def rows(printed: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(printed)))


def check_whole(printed: Iterable[dict[str, str]]) -> None:
    """Each printed key is the one of an access key with that name and ID."""
    for row in printed:
        access_key = verification.authenticate(row["key"])
        assert (access_key.name, str(access_key.pk)) == (row["name"], row["id"])


@pytest.mark.django_db
class TestWhatIsGenerated:
    def test_names_alone(self, file: Write) -> None:
        printed = generate(file("name\nbilling\nshipping\n"))
        assert printed.startswith("name,id,key\nbilling,")
        assert [row["name"] for row in rows(printed)] == ["billing", "shipping"]
        check_whole(rows(printed))
        assert list(AccessKey.objects.values_list("scopes", "expires_at")) == [([], None)] * 2

    def test_scopes_and_expiry(self, file: Write, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to(NOW, tick=False)
        path = file('expires_in,name,scopes\n90d,one,orders:write orders:read\n,two,\n"1h","three"," a "\n')
        check_whole(rows(generate(path)))
        stored = AccessKey.objects.order_by("name").values_list("name", "scopes", "expires_at", "created_by")
        assert list(stored) == [
            ("one", ["orders:read", "orders:write"], NOW + timedelta(days=90), "manage.py"),
            ("three", ["a"], NOW + timedelta(hours=1), "manage.py"),
            ("two", [], None, "manage.py"),
        ]

    def test_each_has_its_event(self, file: Write, two_at_once: None) -> None:
        printed = rows(generate(file("name\na\nb\nc\nd\ne\n")))
        assert [(*told[:3], str(told[3]), told[4]) for told in audit_log()] == [
            (*GENERATED, row["id"], row["name"]) for row in printed
        ]
        assert {event.door for event in AuditEvent.objects.all()} == {"command"}

    def test_json_lines(self, file: Write) -> None:
        first, second = map(json.loads, generate(file("name,scopes\none,a b\ntwo,\n"), "--json").splitlines())
        assert (first["name"], first["scopes"]) == ("one", ["a", "b"])
        assert second["expires_at"] is None
        check_whole([first, second])

    @pytest.mark.parametrize(
        "content",
        [b"\xef\xbb\xbfname\r\none\r\ntwo\r\n", b"name\n\none\n\n\ntwo\n\n", b'"name"\n"one"\ntwo'],
        ids=["as spreadsheets write it", "empty lines", "quoted, without a last line end"],
    )
    def test_files_as_they_come(self, file: Write, content: bytes) -> None:
        assert [row["name"] for row in rows(generate(file(content)))] == ["one", "two"]

    def test_no_lines(self, file: Write) -> None:
        assert generate(file("name\n")) == "name,id,key\n"

    def test_standard_input(self, file: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        with open(file("name\none\n")) as stdin:
            monkeypatch.setattr(sys, "stdin", stdin)
            assert [row["name"] for row in rows(generate("-"))] == ["one"]

    def test_a_column_name_may_be_a_name(self, file: Write) -> None:
        assert [row["name"] for row in rows(generate(file("name\nname\n")))] == ["name"]


@pytest.mark.django_db
class TestWrongFiles:
    @pytest.mark.parametrize(
        ("content", "problems"),
        [
            ("name\na b\nfine\n", ["Line 2: Use 1 to 30 characters: letters A to Z and a to z, digits"]),
            (b"name\nfine\n\xe9\n", ["Line 3: Use 1 to 30 characters"]),
            ("name\nfine\ntaken\n", ["Line 3: Another access key has this name."]),
            ("name\nsame\nfine\nsame\n", ["Line 4: Line 2 has the same name."]),
            ("name,scopes\nfine,\nother,Orders\n", ["Line 3: “Orders” is not a scope."]),
            ("name,expires_in\nfine,soon\n", ["Line 2: Write how long the access key lives"]),
            ("name,scopes\nfine,a,b\nother\n", ["Line 2: It has 3 cells", "Line 3: It has 1 cells"]),
            ('name\nfine\n"other\nthird\n', ["Line 3: It is not a line of CSV."]),
            (f"name\n{'x' * 5000}\n", ["Line 2: It is longer than 4096 characters"]),
            ("name\ntaken\n\na b\nsame\nsame\n", ["Line 2: Another", "Line 4: Use 1", "Line 6: Line 5"]),
        ],
    )
    def test_nothing_is_generated(self, file: Write, content: str, problems: list[str]) -> None:
        AccessKeyFactory(name="taken")
        before = audit_log()
        sentence, lines = refused(file(content), stdout=(output := io.StringIO()))
        assert sentence == f"Nothing was generated. Lines that are wrong: {len(problems)}."
        assert len(lines) == len(problems)
        assert all(line.startswith(problem) for line, problem in zip(lines, problems, strict=True)), lines
        assert output.getvalue() == ""
        assert AccessKey.objects.count() == 1
        assert audit_log() == before

    def test_a_wrong_line_in_a_later_batch_stops_the_first_too(self, file: Write, two_at_once: None) -> None:
        _, lines = refused(file("name\na\nb\nc\nd\na\n"))
        assert lines == ["Line 6: Line 2 has the same name."]
        assert not AccessKey.objects.exists()

    def test_only_so_many_are_told(self, file: Write) -> None:
        sentence, lines = refused(file("name\n" + 50 * "a b\n" + "a-b\n"))
        assert sentence == "Nothing was generated. Lines that are wrong: 51."
        assert len(lines) == 21
        assert lines[-1] == "And 31 more."

    @pytest.mark.parametrize(
        "content",
        [
            "",
            "\n",
            "billing\nshipping\n",
            "name,name\n",
            "name,digest\n",
            "scopes\n",
            "Name\n",
            '"name\n',
            " name\n",
        ],
    )
    def test_the_first_line_names_the_columns(self, file: Write, content: str) -> None:
        assert refused(file(content)) == (COLUMNS, [])
        assert not AccessKey.objects.exists()

    def test_a_name_is_not_quoted(self, file: Write) -> None:
        """It may be a key in the wrong column."""
        sentence, lines = refused(file("name\nica_" + 51 * "x" + "\n"))
        assert "ica_" not in sentence + "".join(lines)

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        path = f"{tmp_path}/nothing"
        assert refused(path)[0] == f"{path} cannot be read: No such file or directory."
        assert refused(str(tmp_path))[0] == f"{tmp_path} cannot be read: Is a directory."


@pytest.mark.django_db
class TestAnOutputFile:
    def test_is_new_and_for_its_owner_alone(self, file: Write, tmp_path: Path) -> None:
        output = tmp_path / "keys.csv"
        old = os.umask(0)
        try:
            assert generate(file("name\none\n"), f"--output={output}") == ""
        finally:
            os.umask(old)
        assert stat.S_IMODE(output.stat().st_mode) == 0o600
        (row,) = rows(output.read_text())
        assert row["name"] == "one"
        check_whole([row])

    def test_is_never_written_over(self, file: Write, tmp_path: Path) -> None:
        output = tmp_path / "keys.csv"
        output.write_text("kept")
        assert refused(file("name\none\n"), f"--output={output}")[0] == (
            f"{output} cannot be written: File exists. Nothing was generated."
        )
        assert output.read_text() == "kept"
        assert not AccessKey.objects.exists()

    def test_is_not_made_for_a_wrong_file(self, file: Write, tmp_path: Path) -> None:
        output = tmp_path / "keys.csv"
        refused(file("name\na b\n"), f"--output={output}")
        assert not output.exists()

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is always full.")
    def test_on_a_full_disk_nothing_is_generated(self, file: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        opened = os.open
        monkeypatch.setattr(os, "open", lambda path, *_: opened("/dev/full", os.O_WRONLY))
        assert refused(file("name\none\n"), "--output=anything")[0] == (
            "The output cannot be written: No space left on device. Nothing was generated."
        )
        assert not AccessKey.objects.exists()


class Stream(io.StringIO):
    """An output to which something happens at the n-th write."""

    def __init__(self, number: int, event: Callable[[], object]) -> None:
        super().__init__()
        self.number, self.event = number, event

    def write(self, text: str) -> int:
        self.number -= 1
        if self.number == 0:
            self.event()
        return super().write(text)


def broken_pipe() -> None:
    raise BrokenPipeError(32, "Broken pipe")


@pytest.mark.django_db
class TestWhatHappensOnTheWay:
    def test_the_output_breaks(self, file: Write, two_at_once: None, command: Actor) -> None:
        output = Stream(3, broken_pipe)  # the heading, two keys, two keys
        sentence, _ = refused(file("name\na\nb\nc\nd\ne\nf\n"), stdout=output)
        assert sentence == (
            "The output cannot be written: Broken pipe. The access keys of lines 4 to 5 are generated, and not all "
            "of their keys may have arrived; show_access_key shows them. Later lines were not begun."
        )
        check_whole(rows(output.getvalue()))
        assert [row["name"] for row in rows(output.getvalue())] == ["a", "b"]
        assert set(AccessKey.objects.values_list("name", flat=True)) == {"a", "b", "c", "d"}
        for name in "cd":
            verification.authenticate(
                operations.reveal(access_key_id=operations.resolve(name), actor=command)
            )

    def test_nobody_reads_the_output(self, file: Write) -> None:
        reader, writer = os.pipe()
        os.close(reader)
        with os.fdopen(writer, "w") as output:
            sentence, _ = refused(file("name\none\n"), stdout=output)
            assert sentence == "The output cannot be written: Broken pipe. Nothing was generated."
            # What Python holds back goes nowhere, so that closing it at exit does not fail as well.
            output.flush()
        assert not AccessKey.objects.exists()

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_an_interruption_ends_after_the_batch(self, file: Write, two_at_once: None, number: int) -> None:
        output = Stream(2, lambda: os.kill(os.getpid(), number))
        sentence, _ = refused(file("name\na\nb\nc\nd\ne\n"), stdout=output)
        assert sentence == "Interrupted before line 4. The keys of the lines above it are written."
        assert [row["name"] for row in rows(output.getvalue())] == ["a", "b"]
        assert AccessKey.objects.count() == 2

    def test_a_name_that_is_taken_meanwhile(self, file: Write, two_at_once: None) -> None:
        output = Stream(2, lambda: AccessKeyFactory(name="d"))
        sentence, lines = refused(file("name\na\nb\nc\nd\ne\n"), stdout=output)
        assert sentence == "Generated 4 of 5 access keys."
        assert lines == ["Line 5: Another access key has this name. Choose a different one."]
        assert [row["name"] for row in rows(output.getvalue())] == ["a", "b", "c", "e"]
        check_whole(rows(output.getvalue()))
        assert ("access_key.generated", "refused", "unique", None, "") in audit_log()

    def test_an_error_that_nobody_expects_leaves_nothing_of_its_batch(self, file: Write) -> None:
        with refusing_inserts("accesskeys_auditevent"), pytest.raises(IntegrityError, match="refused"):
            generate(file("name\na\nb\n"))
        assert not AccessKey.objects.exists()


class Terminal(io.StringIO):
    """Where a person looks."""

    def isatty(self) -> bool:
        return True


@pytest.mark.django_db
class TestTheBar:
    def test_grows_with_each_batch(self, file: Write, two_at_once: None) -> None:
        terminal = Terminal()
        call_command(
            "generate_access_keys",
            "--from-file=" + file("name\na\nb\nc\nd\ne\n"),
            stdout=io.StringIO(),
            stderr=terminal,
        )
        bars = [(16, "2 of 5"), (32, "4 of 5"), (40, "5 of 5")]
        assert terminal.getvalue() == "".join(f"\r[{'#' * done:<40}] {told}" for done, told in bars) + "\n"

    def test_is_not_drawn_among_the_keys(self, file: Write) -> None:
        terminal = Terminal()
        call_command(
            "generate_access_keys", "--from-file=" + file("name\na\n"), stdout=terminal, stderr=terminal
        )
        assert "#" not in terminal.getvalue()

    def test_there_is_none_for_nothing(self, file: Write) -> None:
        terminal = Terminal()
        call_command(
            "generate_access_keys", "--from-file=" + file("name\n"), stdout=io.StringIO(), stderr=terminal
        )
        assert terminal.getvalue() == ""


@pytest.mark.django_db(transaction=True)
class TestThroughAShell:
    """As an administrator runs it: real processes, pipes and terminals."""

    def start(self, *arguments: str, **kwargs: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "manage.py", "generate_access_keys", *arguments],
            cwd=Path(__file__).parents[2],
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
