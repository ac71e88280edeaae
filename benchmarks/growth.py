"""``python -m benchmarks growth``: a million access keys against a thousand, and a million events against 5,000."""

from __future__ import annotations

import argparse
from typing import NamedTuple

from benchmarks import machine
from benchmarks.databases import DATABASES
from benchmarks.django_process import DjangoProcess, django_process

FINDING_LIMIT, PAGE_LIMIT, SEARCH_LIMIT = 1.2, 3, 50  # times as long
FINDING_BLOCKS = 20  # for each repetition
SMALL = {"access_keys": 1_000, "audit_log": 5_000}  # What is compared, and with how few.


class Page(NamedTuple):
    """A list as somebody asks for it, and how many times as long it may take."""

    label: str
    address: str
    limit: float = PAGE_LIMIT


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many rows, how often."""
    parser.add_argument("--of", choices=SMALL, action="append", help="only of these rows")
    parser.add_argument("--small", type=int, help="rows to compare with (default: 1,000, and 5,000 events)")
    parser.add_argument("--large", type=int, default=1_000_000, help="rows to measure (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=15, help="times for each figure (default: %(default)s)")
    parser.add_argument("--database", choices=DATABASES, action="append", help="only this one")


def run(options: argparse.Namespace) -> None:
    """Measure and print a table for each database."""
    print(machine.description())
    for name in options.database or DATABASES:
        for rows in options.of or SMALL:
            _compare(rows, name, options.small or SMALL[rows], options.large, options.repeat)


def _compare(rows: str, database: str, few: int, many: int, repeat: int) -> None:
    make = DATABASES[database]
    with (
        machine.on_core(machine.SERVER_CORE),
        make() as small,
        make() as large,
        django_process(small) as with_few,
        django_process(large) as with_many,
    ):
        # One more lists them over the API, or is what the history of an access key begins with.
        with_few.call(f"benchmarks.{rows}.fill", few - 1)
        with_many.call(f"benchmarks.{rows}.fill", many - 1)
        print(f"\n{f'{small.name}, {rows}':52} {few:>14,} {many:>14,}   times   at most")
        if rows == "access_keys":
            _compare_finding(with_few, with_many, repeat)
        # Each process names its own rows, in the same order.
        pages = zip(
            *(process.call(f"benchmarks.{rows}.pages") for process in (with_few, with_many)), strict=True
        )
        for of_few, of_many in pages:
            function = f"benchmarks.{rows}.seconds_for"
            least = _least(function, (of_few.address,), (of_many.address,), with_few, with_many, repeat)
            _print(
                of_few.label, [f"{each * 1e3:,.1f} ms" for each in least], least[1] / least[0], of_few.limit
            )


def _compare_finding(few: DjangoProcess, many: DjangoProcess, repeat: int) -> None:
    least = _least("benchmarks.access_keys.finding", (), (), few, many, repeat * FINDING_BLOCKS)
    _print("finding a key", [f"{each * 1e6:,.0f} µs" for each in least], least[1] / least[0], FINDING_LIMIT)


def _least(
    function: str,
    of_few: tuple[str, ...],
    of_many: tuple[str, ...],
    few: DjangoProcess,
    many: DjangoProcess,
    repeat: int,
) -> list[float]:
    """Seconds among few and among many rows, in turns: the least disturbed of each."""
    asked = ((few, of_few), (many, of_many))
    seconds = [[process.call(function, *arguments) for process, arguments in asked] for _ in range(repeat)]
    return [min(times) for times in zip(*seconds, strict=True)]


def _print(label: str, figures: list[str], times: float, limit: float) -> None:
    verdict = "" if times <= limit else "   OVER"
    print(f"{label:52} {figures[0]:>14} {figures[1]:>14} {times:7.2f} {limit:9.1f}{verdict}")
