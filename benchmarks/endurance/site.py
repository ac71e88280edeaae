"""What is put in trouble: a server, its database and Redis, each with a supervisor, on a disk that can be full."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.databases import AS, Database, binary, initialise
from benchmarks.django_process import django_process, environment
from benchmarks.endurance.asking import Client
from benchmarks.endurance.clock import Clock, clock
from benchmarks.endurance.supervised import Supervised
from benchmarks.machine import family
from benchmarks.server import AS_INSTALLED, OURS, ROOT
from tools.ports import free_port

START_SECONDS = 60
SERVER = (sys.executable, "-m", "gunicorn", *OURS)


@dataclass(frozen=True)
class Site:
    """An installation that runs."""

    database: Database
    disk: Path | None  # Where it writes, if that can be full.
    clock: Clock | None
    settings: dict[str, str]
    people: dict[str, Any]
    port: int
    server: Supervised
    postgres: Supervised | None
    redis: Supervised | None

    @property
    def workers(self) -> list[int]:
        """The processes that answer requests."""
        return family(self.server.pid)[1:]

    @property
    def supervised(self) -> dict[str, Supervised]:
        """Whatever is started again when it ends."""
        each = {"server": self.server, "PostgreSQL": self.postgres, "Redis": self.redis}
        return {name: process for name, process in each.items() if process}

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command, by a clock that is right."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.settings, capture_output=True, text=True, check=False
        )


@contextmanager
def site(name: str, folder: Path, size: str) -> Iterator[Site]:
    """One on this database; its logs and its journal are in the folder."""
    with ExitStack() as stack:
        disk = stack.enter_context(_disk(folder / "disk", size)) if os.geteuid() == 0 else None
        data = tempfile.mkdtemp(prefix="data-", dir=disk or folder)
        postgres = redis = None
        if name == "postgresql":
            database, postgres = _postgresql(data, folder)
            stack.callback(postgres.stop, signal.SIGINT)
            redis, cache = _redis(folder)
            stack.callback(redis.stop)
        else:
            database, cache = Database("SQLite", f"sqlite:///{data}/site.sqlite3", data), ""
        with django_process(database) as process:
            people = process.call("benchmarks.endurance.people.prepare")
        scratch = Path(data if postgres is None else tempfile.mkdtemp(dir=disk or folder))
        of_the_server = clock(folder)
        settings = {
            **os.environ,
            **environment(database),
            **AS_INSTALLED,
            "DJANGO_SETTINGS_MODULE": "identity_cloud.settings",
            "COUNTER_FILE": f"{scratch}/counters",
            "TMPDIR": str(scratch),
            "REVOCATIONS_FILE": f"{folder}/revocations",
            "TRUSTED_PROXIES": "127.0.0.1/32",
            "CACHE_URL": cache or f"filecache://{scratch}/cache",
        }
        settings = {name: value for name, value in settings.items() if value}
        port = free_port()
        more = of_the_server.environment if of_the_server else {}
        log = folder / "server.log"
        server = Supervised(SERVER, log, {**settings, **more, "PORT": str(port)}, cwd=ROOT)
        stack.callback(server.stop)
        _wait_for(port, server)
        yield Site(database, disk, of_the_server, settings, people, port, server, postgres, redis)


@contextmanager
def _disk(folder: Path, size: str) -> Iterator[Path]:
    """A file system of its own, in memory."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _postgresql(home: str, folder: Path) -> tuple[Database, Supervised]:
    data = initialise(home)
    command = [binary("postgres"), "-D", str(data), "-k", home, "-c", "listen_addresses="]
    postgres = Supervised(command, folder / "postgresql.log", cwd="/", **AS)
    while not (data / "postmaster.pid").exists() or "ready" not in (data / "postmaster.pid").read_text():
        time.sleep(0.1)
    return Database("PostgreSQL", f"postgres://postgres@/postgres?host={home}", home), postgres


def _redis(folder: Path) -> tuple[Supervised | None, str]:
    program = shutil.which("redis-server")
    if program is None:
        raise SystemExit("redis-server is not installed. Debian: apt-get install redis-server")
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    return Supervised(command, folder / "redis.log"), f"redis://127.0.0.1:{port}/0"


def _wait_for(port: int, server: Supervised) -> None:
    end, client = time.monotonic() + START_SECONDS, Client(port, is_kept=False)
    while client.verify("").status != 401:
        if time.monotonic() > end:
            raise SystemExit(f"The server did not start:\n{server.log.read_text()}")
        time.sleep(0.1)
