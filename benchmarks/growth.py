"""``python -m benchmarks growth``: finding and listing among a million access keys, against a thousand."""

from __future__ import annotations

import argparse
from typing import NamedTuple

from benchmarks import machine
from benchmarks.databases import DATABASES
from benchmarks.django_process import DjangoProcess, django_process

FINDING_LIMIT, PAGE_LIMIT, SEARCH_LIMIT = 1.2, 3, 50  # times as long
FINDING_BLOCKS = 20  # for each repetition


class Page(NamedTuple):
    """A list as somebody asks for it, and how many times as long it may take."""

    label: str
    address: str
    limit: float = PAGE_LIMIT


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many rows, how often."""
    parser.add_argument(
        "--small", type=int, default=1_000, help="rows to compare with (default: %(default)s)"
    )
    parser.add_argument("--large", type=int, default=1_000_000, help="rows to measure (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=15, help="times for each figure (default: %(default)s)")
    parser.add_argument("--database", choices=DATABASES, action="append", help="only this one")


def run(options: argparse.Namespace) -> None:
    """Measure and print a table for each database."""
    print(machine.description())
    for name in options.database or DATABASES:
        make = DATABASES[name]
        with (
            machine.on_core(machine.SERVER_CORE),
            make() as small,
            make() as large,
            django_process(small) as with_few,
            django_process(large) as with_many,
        ):
            with_few.call(
                "benchmarks.access_keys.fill", options.small - 1
            )  # One more lists them over the API.
            with_many.call("benchmarks.access_keys.fill", options.large - 1)
            print(f"\n{small.name:52} {options.small:>14,} {options.large:>14,}   times   at most")
            _compare_finding(with_few, with_many, options.repeat)
            for page in with_few.call("benchmarks.access_keys.pages"):
                _compare_page(page, with_few, with_many, options.repeat)


def _compare_finding(few: DjangoProcess, many: DjangoProcess, repeat: int) -> None:
    least = _least("benchmarks.access_keys.finding", (), few, many, repeat * FINDING_BLOCKS)
    _print("finding a key", [f"{each * 1e6:,.0f} µs" for each in least], least[1] / least[0], FINDING_LIMIT)


def _compare_page(page: Page, few: DjangoProcess, many: DjangoProcess, repeat: int) -> None:
    least = _least("benchmarks.access_keys.seconds_for", (page.address,), few, many, repeat)
    _print(page.label, [f"{each * 1e3:,.1f} ms" for each in least], least[1] / least[0], page.limit)


def _least(
    function: str, arguments: tuple[str, ...], few: DjangoProcess, many: DjangoProcess, repeat: int
) -> list[float]:
    """Seconds among few and among many rows, in turns: the least disturbed of each."""
    seconds = [[process.call(function, *arguments) for process in (few, many)] for _ in range(repeat)]
    return [min(times) for times in zip(*seconds, strict=True)]


def _print(label: str, figures: list[str], times: float, limit: float) -> None:
    verdict = "" if times <= limit else "   OVER"
    print(f"{label:52} {figures[0]:>14} {figures[1]:>14} {times:7.2f} {limit:9.1f}{verdict}")
