from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from threading import Event
from typing import Any, Self, TextIO, TypeVar

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser, OutputWrapper

from accesskeys import operations
from accesskeys.management.base import AccessKeyCommand
from accesskeys.management.interrupts import interrupts_deferred
from accesskeys.management.output import Progress, as_json, write_out
from accesskeys.management.spreadsheet import Problem, decoded
from accesskeys.management.wish_list import Line, Spool, WrongColumns, read, spool
from accesskeys.operations import Generated, Wish

# Large enough for speed, small enough that nobody else waits long for the database.
AT_ONCE = 500
PROBLEMS_TOLD = 20
CSV_HEADING = "name,id,key\n"

T = TypeVar("T")
Write = Callable[[str], None]


class Command(AccessKeyCommand):
    help = (
        "Generate an access key for each row of a table as spreadsheets write it: cells parted by commas, semicolons "
        "or tabs. Its first line names the columns: name, and where they are wanted scopes and allowed_networks "
        "(separated by spaces), expires_in (12h, 90d, 4w or 1y; empty: never), rate_limit (100/minute), description, "
        "owner and labels (team=payments env=live). All rows are checked before the first access key is generated. "
        "Prints name, id and key of each."
    )

    prints_keys = True

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--from-file", required=True, metavar="FILE", help="- for standard input")
        parser.add_argument(
            "--output",
            metavar="FILE",
            help="a new file, for its owner alone to read; without it, standard output",
        )

    def run(self, **options: Any) -> None:
        with spool() as lines:
            with _reading(options["from_file"]) as file:
                try:
                    self.set_aside(file, lines)
                except WrongColumns as error:
                    raise CommandError(str(error)) from None
            with _writing(options["output"], self.stdout) as write, interrupts_deferred() as interrupted:
                _deliver(write, "" if options["json"] else CSV_HEADING, "Nothing was generated.")
                self.generate(
                    lines,
                    write,
                    _as_json if options["json"] else _as_csv,
                    interrupted,
                    # Keys that run over the same terminal show how far it is.
                    shown=bool(options["output"]) or not self.stdout.isatty(),
                )

    def set_aside(self, file: TextIO, lines: Spool) -> None:
        """Set all lines aside; if any of them is wrong, raise CommandError before anything has changed."""
        with Problems(self.stderr) as problems:
            for batch in _batches(read(file)):
                problems.add(sorted(self.problems(batch, lines)))
        if problems.count:
            raise CommandError(f"Nothing was generated. Lines that are wrong: {problems.count}.")

    def problems(self, batch: Sequence[Line | Problem], lines: Spool) -> Iterator[Problem]:
        """What is wrong with each line. The lines are set aside on the way."""
        readings: dict[Line, tuple[Wish, dict[str, Any]]] = {}
        for line in batch:
            if isinstance(line, Problem):
                yield line
            elif earlier := lines.add(line):
                yield Problem(line.number, f"Line {earlier} has the same name.")
            else:
                readings[line] = line.reading()
        refusals = operations.foresee(wishes=[wish for wish, _ in readings.values()], actor=self.actor)
        for (line, (_, errors)), foreseen in zip(readings.items(), refusals, strict=True):
            wrong = {**(foreseen.error_dict if foreseen else {}), **errors}
            if wrong:
                yield line.problem(ValidationError(wrong))

    def generate(
        self,
        lines: Spool,
        write: Write,
        written: Callable[[Generated], str],
        interrupted: Event,
        *,
        shown: bool,
    ) -> None:
        """Batch by batch: generate, which is committed when it returns, then write the keys.

        Who is killed between the two has lost no key: ``show_access_key`` shows those that the output lacks.
        """
        done = 0
        with Problems(self.stderr) as problems, Progress(self.stderr, len(lines), shown=shown) as progress:
            for batch in _batches(lines):
                if interrupted.is_set():
                    break
                outcomes = operations.generate_many(wishes=[line.wish() for line in batch], actor=self.actor)
                _deliver(
                    write,
                    "".join(written(outcome) for outcome in outcomes if isinstance(outcome, Generated)),
                    f"The access keys of lines {batch[0].number} to {batch[-1].number} are generated, and not all "
                    "of their keys may have arrived; show_access_key shows them. Later lines were not begun.",
                )
                problems.add(
                    line.problem(outcome)
                    for line, outcome in zip(batch, outcomes, strict=True)
                    if isinstance(outcome, ValidationError)
                )
                done += len(batch)
                progress.show(done)
        if done < len(lines):
            raise CommandError(
                f"Interrupted before line {batch[0].number}. The keys of the lines above it are written."
            )
        if problems.count:
            raise CommandError(f"Generated {done - problems.count} of {done} access keys.")


class Problems:
    """Counts the problems, keeps the first ones, and tells these when the block is left."""

    def __init__(self, stream: OutputWrapper) -> None:
        self._stream = stream
        self._first: list[Problem] = []
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        for problem in self._first:
            self._stream.write(f"Line {problem.number}: {problem.sentence}")
        if self.count > len(self._first):
            self._stream.write(f"And {self.count - len(self._first)} more.")

    def add(self, problems: Iterable[Problem]) -> None:
        """These have been found."""
        for problem in problems:
            self.count += 1
            if len(self._first) < PROBLEMS_TOLD:
                self._first.append(problem)


def _as_csv(generated: Generated) -> str:
    return f"{generated.access_key.name},{generated.access_key.pk},{generated.key}\n"


def _as_json(generated: Generated) -> str:
    return as_json(generated.access_key, key=generated.key) + "\n"


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, AT_ONCE)):
        yield batch


def _deliver(write: Write, text: str, consequence: str) -> None:
    try:
        write(text)
    except OSError as error:
        raise CommandError(f"The output cannot be written: {error.strerror}. {consequence}") from None


@contextmanager
def _reading(path: str) -> Iterator[TextIO]:
    if path == "-" and sys.stdin is None:
        raise CommandError("Standard input is closed, so nothing was generated.")
    source = sys.stdin.fileno() if path == "-" else path
    try:
        with open(source, "rb", closefd=path != "-") as file, decoded(file) as text:
            yield text
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None


@contextmanager
def _writing(path: str | None, stdout: OutputWrapper) -> Iterator[Write]:
    """A function that writes text and does not return before the operating system has it."""
    if path is None:
        yield partial(write_out, stdout)
        return
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}. Nothing was generated.") from None
    try:
        yield partial(_write_all, descriptor)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, text: str) -> None:
    rest = text.encode()
    while rest:
        rest = rest[os.write(descriptor, rest) :]
