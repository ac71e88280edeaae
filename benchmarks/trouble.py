"""``python -m benchmarks trouble``: how long programs wait at the gate while something else goes on."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from statistics import median

from benchmarks import machine
from benchmarks.circumstances import clients
from benchmarks.databases import DATABASES, Database
from benchmarks.django_process import django_process, environment
from benchmarks.latency import PACE, PROGRAMS, Latency
from benchmarks.server import ROOT, Server, serving
from tools.ports import free_port

LIMIT = 2.0  # times the p99 that the gate has alone
EXPORTED = 50_000  # rows

Trouble = Callable[[Server], AbstractContextManager[object]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How long and on what."""
    parser.add_argument("--rounds", type=int, default=5, help="alone, and in trouble (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=4, help="that a round takes (default: %(default)s)")
    parser.add_argument("--database", choices=DATABASES, action="append", help="only this one")


def run(options: argparse.Namespace) -> None:
    """Measure and print a line for each circumstance."""
    print(machine.description())
    print(
        f"{PROGRAMS} programs, each every {PACE * 1e3:.0f} ms; medians of {options.rounds} interleaved rounds of "
        f"{options.seconds} s; server and database on core {machine.SERVER_CORE}, clients on core {machine.CLIENT_CORE}"
    )
    for name in options.database or DATABASES:
        with machine.on_core(machine.SERVER_CORE), DATABASES[name]() as database:
            with django_process(database) as process:
                keys, cookie = process.call("benchmarks.visitors.prepare", EXPORTED, PROGRAMS)
            print(
                f"\n{database.name:22} {'median, p99 alone':>20} {'meanwhile':>20}   times; at most {LIMIT}"
            )
            for label, variables, trouble in _circumstances(database, cookie):
                _print_line(label, *_measure(database, variables, trouble, keys, options))


def _circumstances(
    database: Database, cookie: str
) -> Iterator[tuple[str, AbstractContextManager[dict[str, str]], Trouble]]:
    plain = nullcontext({"TRUSTED_PROXIES": "127.0.0.1/32"})
    yield "16 clients sign in", plain, _clients("sign-ins", cookie)
    yield "8 exports", plain, _clients("exports", cookie)
    yield "1,000 say nothing", plain, _clients("silence", cookie)
    if os.geteuid() == 0:
        with _small_disk(database) as folder:
            variables = {"COUNTER_FILE": f"{folder}/counters", "TMPDIR": str(folder)}
            yield "the disk is full", nullcontext(variables), _full(folder, _clients("bad keys", cookie))
    if shutil.which("redis-server"):
        with _redis(database) as (process, url):
            yield (
                "Redis hangs",
                nullcontext({"CACHE_URL": url}),
                _paused(process, _clients("bad keys", cookie)),
            )


def _measure(
    database: Database,
    variables: AbstractContextManager[dict[str, str]],
    trouble: Trouble,
    keys: list[str],
    options: argparse.Namespace,
) -> tuple[list[Latency], list[Latency]]:
    alone, meanwhile = [], []
    settings = {**environment(database), "DJANGO_SETTINGS_MODULE": "identity_cloud.settings"}
    with variables as more, serving({**settings, **more}) as server:
        _ask(server, keys, 1)  # Every thread connects to the database.
        for _ in range(options.rounds):
            alone.append(_ask(server, keys, options.seconds))
            with trouble(server):
                meanwhile.append(_ask(server, keys, options.seconds))
            time.sleep(1)  # What was begun ends.
    return alone, meanwhile


def _print_line(label: str, alone: list[Latency], meanwhile: list[Latency]) -> None:
    times = median(each.p99 for each in meanwhile) / median(each.p99 for each in alone)
    failed = sum(each.failed for each in meanwhile)
    verdict = "   OVER" if times > LIMIT else ""
    print(
        f"{label:22} {_figures(alone):>20} {_figures(meanwhile):>20} {times:>7.2f}{verdict}"
        + (f"   {failed} of {sum(each.asked for each in meanwhile)} not let in" if failed else ""),
        flush=True,
    )


def _figures(rounds: list[Latency]) -> str:
    return f"{median(each.median for each in rounds):.1f}, {median(each.p99 for each in rounds):.1f} ms"


def _ask(server: Server, keys: list[str], seconds: float) -> Latency:
    with machine.on_core(machine.CLIENT_CORE):
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.latency"],
            cwd=ROOT,
            input=json.dumps({"port": server.port, "keys": keys, "seconds": seconds}),
            capture_output=True,
            text=True,
            check=True,
        )
    return Latency(*json.loads(done.stdout))


def _clients(name: str, cookie: str) -> Trouble:
    @contextmanager
    def trouble(server: Server) -> Iterator[None]:
        with ExitStack() as stack:
            with machine.on_core(machine.CLIENT_CORE):
                stack.enter_context(clients(name, server.port, cookie))
            yield

    return trouble


@contextmanager
def _small_disk(database: Database) -> Iterator[Path]:
    """A file system of 16 MiB."""
    folder = Path(database.folder, "small")
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _full(folder: Path, also: Trouble) -> Trouble:
    @contextmanager
    def trouble(server: Server) -> Iterator[None]:
        filler = folder / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                pass
        try:
            with also(server):
                yield
        finally:
            filler.unlink()

    return trouble


@contextmanager
def _redis(database: Database) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="identity-cloud-"))
        port = free_port()
        command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.DEVNULL))
        stack.callback(process.kill)
        time.sleep(0.5)
        yield process, f"redis://127.0.0.1:{port}/0"


def _paused(process: subprocess.Popen[bytes], also: Trouble) -> Trouble:
    @contextmanager
    def trouble(server: Server) -> Iterator[None]:
        process.send_signal(signal.SIGSTOP)
        try:
            with also(server):
                yield
        finally:
            process.send_signal(signal.SIGCONT)

    return trouble
