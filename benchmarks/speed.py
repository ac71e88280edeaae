"""``python -m benchmarks speed``: our paths and the peers, side by side on both databases."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from statistics import median
from typing import Any, NamedTuple

from benchmarks import machine
from benchmarks.client import CONNECTIONS, Client, client
from benchmarks.databases import DATABASES, Database
from benchmarks.django_process import django_process, environment
from benchmarks.server import THREADS, Server, serving, shape
from benchmarks.targets import KNOX, PING, STOCK, TARGETS, VERIFY, Target

MEMORY_WORKERS = 4


class Round(NamedTuple):
    """One short load of one target."""

    per_second: float
    cpu_microseconds: float  # of server and database, for each request


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How long and on what."""
    parser.add_argument("--rows", type=int, default=100_000, help="of each kind (default: %(default)s)")
    parser.add_argument(
        "--rounds", type=int, default=7, help="for each row of the table (default: %(default)s)"
    )
    parser.add_argument("--seconds", type=int, default=2, help="that a round takes (default: %(default)s)")
    parser.add_argument(
        "--blocks", type=int, default=15, help="of in-process requests (default: %(default)s)"
    )
    parser.add_argument("--database", choices=DATABASES, action="append", help="only this one")


def run(options: argparse.Namespace) -> None:
    """Measure and print the table."""
    name, load = client()
    print(machine.description())
    print(
        f"Django {version('django')}, DRF {version('djangorestframework')}, gunicorn {version('gunicorn')}: "
        f"one process of {THREADS} threads; {name}: {CONNECTIONS} connections on loopback"
    )
    print(
        f"{options.rows:,} rows of each kind; medians of {options.rounds} interleaved rounds of {options.seconds} s; "
        f"server and database on core {machine.SERVER_CORE}, client on core {machine.CLIENT_CORE}"
    )
    for each in options.database or DATABASES:
        with machine.on_core(machine.SERVER_CORE), DATABASES[each]() as database:
            _print_table(database, *_measure(database, load, options))


def _measure(
    database: Database, load: Client, options: argparse.Namespace
) -> tuple[dict[str, list[Round]], dict[str, Any], list[machine.Memory]]:
    with django_process(database) as process:
        headers: dict[str, list[str]] = process.call("benchmarks.rows.fill", options.rows)
        costs = process.call("benchmarks.in_process.costs", TARGETS, headers, options.blocks)
    with serving(environment(database)) as server:
        rounds = _rounds(server, database, load, headers, options)
    return rounds, costs, _memory(database, load, headers)


def _rounds(
    server: Server,
    database: Database,
    load: Client,
    headers: Mapping[str, Sequence[str]],
    options: argparse.Namespace,
) -> dict[str, list[Round]]:
    def measure(target: Target, seconds: int) -> Round:
        before = _cpu_seconds(server, database)
        with machine.on_core(machine.CLIENT_CORE):
            answered = load(server.port, target.path, headers[target.rows], seconds)
        used = _cpu_seconds(server, database) - before
        if answered.refused != (answered.requests if target.status >= 400 else 0):
            raise RuntimeError(f"{target.path} refused {answered.refused} of {answered.requests} requests")
        return Round(answered.requests / answered.seconds, used / answered.requests * 1e6)

    for target in TARGETS:
        measure(
            target, 1
        )  # The first use of each key is recorded, and every thread connects to the database.
    rounds: dict[str, list[Round]] = {target.label: [] for target in TARGETS}
    for _ in range(options.rounds):
        for target in TARGETS:
            rounds[target.label].append(measure(target, options.seconds))
    return rounds


def _memory(database: Database, load: Client, headers: Mapping[str, Sequence[str]]) -> list[machine.Memory]:
    """What each worker of the product itself holds, without the peers, after a load."""
    variables = {**environment(database), "DJANGO_SETTINGS_MODULE": "identity_cloud.settings"}
    with serving({**variables, **shape(MEMORY_WORKERS, THREADS)}) as server:
        with machine.on_core(machine.CLIENT_CORE):
            for target in (PING, VERIFY):
                load(server.port, target.path, headers[target.rows], 1)
        return [machine.memory(worker) for worker in server.workers]


def _cpu_seconds(server: Server, database: Database) -> float:
    processes = machine.family(server.pid)
    return machine.cpu_seconds(processes + (machine.family(database.pid) if database.pid else []))


def _print_table(
    database: Database,
    rounds: Mapping[str, Sequence[Round]],
    costs: Mapping[str, Any],
    memories: Sequence[machine.Memory],
) -> None:
    speeds = {label: median(each.per_second for each in rounds[label]) for label in rounds}
    used = {label: median(each.cpu_microseconds for each in rounds[label]) for label in rounds}
    print(f"\n{database.name:35}   requests/s   of stock   × knox    CPU µs  |  in process: CPU µs   queries")
    for label, speed in speeds.items():
        print(
            f"{label:35} {speed:12,.0f} {speed / speeds[STOCK.label]:10.2f} {speed / speeds[KNOX.label]:8.2f}"
            f" {used[label]:9.0f}  | {costs[label].microseconds:19.0f} {costs[label].queries:9.2f}"
        )
    rss, pss = (median(values) for values in zip(*memories, strict=True))
    print(
        f"Memory of each of {len(memories)} workers, the product alone: RSS {rss:.0f} MiB, PSS {pss:.0f} MiB"
    )
