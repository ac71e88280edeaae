"""``python -m benchmarks console``: the first page of the list, of few access keys and of ten thousand."""

from __future__ import annotations

import argparse

from benchmarks import machine
from benchmarks.databases import DATABASES
from benchmarks.django_process import DjangoProcess, django_process

FEW, MANY = 10, 10_000
LIMIT = 1.5  # times as long
ADDRESS = "/settings/access-keys/?page_size=25"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How often, and on what."""
    parser.add_argument("--repeat", type=int, default=60, help="times for each figure (default: %(default)s)")
    parser.add_argument("--database", choices=DATABASES, action="append", help="only this one")


def run(options: argparse.Namespace) -> None:
    """Measure and print a line for each database and number of access keys."""
    print(machine.description())
    for name in options.database or DATABASES:
        make = DATABASES[name]
        with (
            machine.on_core(machine.SERVER_CORE),
            make() as a,
            make() as b,
            make() as c,
            django_process(a) as few,
            django_process(b) as page,
            django_process(c) as many,
        ):
            processes = {FEW: few, 25: page, MANY: many}
            for count, process in processes.items():
                process.call("benchmarks.access_keys.fill", count - 1)  # One more lists them over the API.
            _print_table(a.name, _least(processes, options.repeat), _queries(processes))


def _least(processes: dict[int, DjangoProcess], repeat: int) -> dict[int, float]:
    """Seconds, in turns: the least disturbed of each."""
    seconds: dict[int, list[float]] = {count: [] for count in processes}
    for _ in range(repeat):
        for count, process in processes.items():
            seconds[count].append(process.call("benchmarks.access_keys.seconds_for", ADDRESS))
    return {count: min(times) for count, times in seconds.items()}


def _queries(processes: dict[int, DjangoProcess]) -> dict[int, int]:
    return {
        count: process.call("benchmarks.access_keys.queries_for", ADDRESS)
        for count, process in processes.items()
    }


def _print_table(database: str, seconds: dict[int, float], queries: dict[int, int]) -> None:
    print(
        f"\n{database:24} {'rows shown':>12} {'queries':>8} {'time':>10}   times, of {FEW}; at most {LIMIT}"
    )
    for count, taken in seconds.items():
        times = taken / seconds[FEW]
        verdict = "   OVER" if times > LIMIT else ""
        shown = min(count, 25)
        print(
            f"{count:>17,} in all {shown:>12} {queries[count]:>8} {taken * 1e3:>7.1f} ms {times:>7.2f}{verdict}"
        )
