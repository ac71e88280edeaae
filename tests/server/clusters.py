"""PostgreSQL clusters of a test's own: started, stopped, stopped short, held still."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from typing import Any

import psycopg
import pytest

from benchmarks.machine import family
from tools.ports import free_port

# Neither initdb nor postgres runs as root.
_AS = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
OPTIONS = "-k {home} -c listen_addresses=127.0.0.1 -c port={port} -c fsync=off -c max_connections=50"


@dataclass(frozen=True)
class Cluster:
    """One of them: where its data are, and where it listens."""

    data: Path
    port: int
    options: str = ""

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """It takes connections when this returns."""
        options = OPTIONS.format(home=self.data.parent, port=self.port)
        pg_ctl("start", "-D", self.data, "-w", "-o", f"{options} {self.options}", "-l", f"{self.data}.log")

    def stop(self) -> None:
        """As if its machine were gone; whoever is connected hears of it."""
        pg_ctl("stop", "-D", self.data, "-m", "immediate")

    def kill(self) -> None:
        """At once, all of it, and nobody is told: what it has left is for no other start."""
        file = self.data / "postmaster.pid"
        first = int(file.read_text().split()[0])
        _send(signal.SIGSTOP, [first])  # So that it makes no more of them.
        _send(signal.SIGKILL, family(first))
        file.unlink()

    def promote(self) -> None:
        """It writes when this returns."""
        pg_ctl("promote", "-w", "-D", self.data)

    def execute(self, statement: str) -> Any:
        """What one statement answers, if it answers anything."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            done = connection.execute(statement)  # type: ignore[call-overload]
            return done.fetchone() if done.description else None

    def paused(self) -> AbstractContextManager[None]:
        """None of its processes moves."""
        return paused(int((self.data / "postmaster.pid").read_text().split()[0]))


@contextmanager
def paused(first: int) -> Iterator[None]:
    """Neither the first process of a cluster moves, nor those that came from it."""
    _send(signal.SIGSTOP, [first])  # So that it makes no more of them.
    everyone = family(first)
    _send(signal.SIGSTOP, everyone)
    try:
        yield
    finally:
        _send(signal.SIGCONT, everyone)


def _send(sent: signal.Signals, processes: list[int]) -> None:
    for each in processes:
        with suppress(ProcessLookupError):  # Its client has gone meanwhile.
            os.kill(each, sent)


@contextmanager
def home() -> Iterator[Path]:
    """A folder for clusters, all of which are stopped at the end."""
    if binary("initdb") is None:
        pytest.skip(
            "PostgreSQL is not installed. Install it (Debian: apt-get install postgresql) and run again."
        )
    folder = Path(tempfile.mkdtemp(prefix="identity-cloud-clusters-", dir="/tmp"))
    if _AS:
        shutil.chown(folder, "postgres", "postgres")
    try:
        yield folder
    finally:
        for pid_file in folder.glob("*/postmaster.pid"):
            pg_ctl("stop", "-D", pid_file.parent, "-m", "immediate")
        shutil.rmtree(folder, ignore_errors=True)


def new(data: Path, options: str = "") -> Cluster:
    """One that has nothing in it yet, started."""
    words = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    run("initdb", "-D", data, *words)
    cluster = Cluster(data, free_port(), options)
    cluster.start()
    return cluster


def standby(data: Path, port_of_primary: int, options: str = "") -> Cluster:
    """One that follows what is behind that port, started."""
    source = f"host=127.0.0.1 port={port_of_primary} user=postgres"
    run("pg_basebackup", "-R", "-X", "stream", "--no-sync", "-c", "fast", "-D", data, "-d", source)
    cluster = Cluster(data, free_port(), options)
    cluster.start()
    return cluster


def pg_ctl(*arguments: str | Path) -> None:
    run("pg_ctl", *arguments)


def run(name: str, *arguments: str | Path) -> None:
    """One of PostgreSQL's programs."""
    command = [str(binary(name)), *map(str, arguments)]
    subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, **_AS)  # type: ignore[call-overload]


def binary(name: str) -> str | None:
    """Where it is."""
    found = shutil.which(name)
    return found or next(iter(sorted(glob(f"/usr/lib/postgresql/*/bin/{name}"), reverse=True)), None)
