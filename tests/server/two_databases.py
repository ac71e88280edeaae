"""A PostgreSQL and its standby, started here: both take connections, and one of them writes."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from glob import glob
from pathlib import Path

import psycopg
import pytest

from tools.ports import free_port

# Neither initdb nor postgres runs as root.
_AS = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
OPTIONS = "-k {home} -c listen_addresses=127.0.0.1 -c port={port} -c fsync=off -c max_connections=50"


@dataclass(frozen=True)
class Pair:
    """Both machines, as far as one machine can be two."""

    home: Path
    ports: tuple[int, int]

    @property
    def url(self) -> str:
        """Whichever of both writes."""
        places = ",".join(f"127.0.0.1:{port}" for port in self.ports)
        return f"postgres://postgres@{places}/postgres?target_session_attrs=read-write"

    def stop_primary(self) -> None:
        """As if its machine were gone; whoever is connected hears of it."""
        _pg_ctl("stop", "-D", self.home / "one", "-m", "immediate")

    def start_primary(self) -> None:
        """It is back."""
        _start(self.home / "one", self.ports[0])

    def url_of(self, port: int, options: str = "") -> str:
        """One of both, or a pooler in front of it."""
        return f"postgres://postgres@127.0.0.1:{port}/postgres{options}"

    def promote_standby(self) -> None:
        """It writes when this returns."""
        _pg_ctl("promote", "-w", "-D", self.home / "two")


@contextmanager
def two_databases() -> Iterator[Pair]:
    """A primary that answers when its standby has what was done."""
    if _binary("initdb") is None:
        pytest.skip(
            "PostgreSQL is not installed. Install it (Debian: apt-get install postgresql) and run again."
        )
    home = Path(tempfile.mkdtemp(prefix="identity-cloud-two-", dir="/tmp"))
    if _AS:
        shutil.chown(home, "postgres", "postgres")
    pair = Pair(home, (free_port(), free_port()))
    one, two = home / "one", home / "two"
    try:
        _run(
            "initdb",
            "-D",
            one,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )
        _start(one, pair.ports[0])
        source = f"host=127.0.0.1 port={pair.ports[0]} user=postgres"
        _run("pg_basebackup", "-R", "-X", "stream", "--no-sync", "-c", "fast", "-D", two, "-d", source)
        _start(two, pair.ports[1])
        with psycopg.connect(source, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            connection.execute("SELECT pg_reload_conf()")
        yield pair
    finally:
        for data in (one, two):
            if (data / "postmaster.pid").exists():
                _pg_ctl("stop", "-D", data, "-m", "immediate")
        shutil.rmtree(home, ignore_errors=True)


def _start(data: Path, port: int) -> None:
    options = OPTIONS.format(home=data.parent, port=port)
    _pg_ctl("start", "-D", data, "-w", "-o", options, "-l", f"{data}.log")


def _pg_ctl(*arguments: str | Path) -> None:
    _run("pg_ctl", *arguments)


def _run(name: str, *arguments: str | Path) -> None:
    command = [str(_binary(name)), *map(str, arguments)]
    subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, **_AS)  # type: ignore[call-overload]


def _binary(name: str) -> str | None:
    found = shutil.which(name)
    return found or next(iter(sorted(glob(f"/usr/lib/postgresql/*/bin/{name}"), reverse=True)), None)
