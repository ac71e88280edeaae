"""What happens on the way: no key of a committed row is ever lost."""

from __future__ import annotations

import io
import os
import signal
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import IntegrityError

from accesskeys import operations, verification
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory
from tests.helpers import audit_log, refusing_inserts
from tests.management.generate_access_keys.helpers import Write, check_whole, generate, refused, rows


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
        assert ("access_key.generated", "refused", "unique", None, "d") in audit_log()

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
