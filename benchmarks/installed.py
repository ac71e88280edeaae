"""``python -m benchmarks installed``: servers as they come, on all cores, and what our number of threads does.

Nothing is bound to a core here: the load takes its share of all of them, so only what is in one table compares.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import ExitStack
from statistics import median
from typing import NamedTuple

from benchmarks import machine
from benchmarks.client import Client, client
from benchmarks.databases import DATABASES, Database
from benchmarks.django_process import django_process, environment
from benchmarks.server import AS_INSTALLED, documented, serving, shape
from benchmarks.targets import PEERS, PING, VERIFY, Target
from tools.ports import free_port

CORES = len(machine.CORES)
SHAPES = [(processes, threads) for processes in (1, CORES) for threads in (1, 2, 4, 8)]


class Row(NamedTuple):
    """What is asked, and of whom."""

    label: str
    port: int
    target: Target


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How long and on what."""
    parser.add_argument("--rows", type=int, default=20_000, help="of each kind (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=9, help="for each row (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=1, help="that a round takes (default: %(default)s)")
    parser.add_argument("--database", choices=DATABASES, action="append", help="only this one")


def run(options: argparse.Namespace) -> None:
    """Measure and print the table."""
    name, load = client()
    print(machine.description())
    print(f"{name}, nothing bound; medians of {options.rounds} interleaved rounds of {options.seconds} s")
    for each in options.database or DATABASES:
        with DATABASES[each]() as database:
            _print_table(database, *_measure(database, load, options))


def _measure(
    database: Database, load: Client, options: argparse.Namespace
) -> tuple[list[Row], list[list[float]]]:
    ours = {**environment(database), "DJANGO_SETTINGS_MODULE": "identity_cloud.settings"}
    with django_process(database) as process, ExitStack() as servers:
        headers: dict[str, list[str]] = process.call("benchmarks.rows.fill", options.rows)
        installed = servers.enter_context(serving({**ours, **AS_INSTALLED})).port
        theirs = free_port()
        servers.enter_context(
            serving(environment(database), port=theirs, arguments=documented(theirs, CORES))
        )
        rows = [Row(f"{target.label}, as installed", installed, target) for target in (VERIFY, PING)]
        rows += [Row(f"{target.label}, as documented", theirs, target) for target in PEERS]
        for processes, threads in SHAPES:
            server = servers.enter_context(serving({**ours, **shape(processes, threads)}))
            rows.append(Row(f"/auth/verify/, {processes} × {threads} threads", server.port, VERIFY))
        rounds: list[list[float]] = [[] for _ in rows]
        for number in range(options.rounds + 1):
            for row, measured in zip(rows, rounds, strict=True):
                answered = load(row.port, row.target.path, headers[row.target.rows], options.seconds)
                if answered.refused:
                    raise RuntimeError(f"{row.label} refused {answered.refused} of {answered.requests}")
                if number:  # The first round warms up.
                    measured.append(answered.requests / answered.seconds)
    return rows, rounds


def _print_table(database: Database, rows: Sequence[Row], rounds: Sequence[Sequence[float]]) -> None:
    speeds = [median(measured) for measured in rounds]
    best_peer = max(speed for row, speed in zip(rows, speeds, strict=True) if row.target in PEERS)
    print(f"\n{database.name:50}   requests/s   × best peer")
    for row, speed in zip(rows, speeds, strict=True):
        print(f"{row.label:50} {speed:12,.0f} {speed / best_peer:13.2f}")
