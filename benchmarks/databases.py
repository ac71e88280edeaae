"""The two databases, each fresh and private: a file, and a cluster that is started here and removed at the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from glob import glob
from pathlib import Path
from typing import Any, NamedTuple

# initdb and postgres refuse to run as root.
AS: dict[str, Any] = (
    {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
)


class Database(NamedTuple):
    """Its address as in ``DATABASE_URL``, a folder for the run, and the process that its own processes come from."""

    name: str
    url: str
    folder: str
    pid: int | None = None  # SQLite has none.


@contextmanager
def sqlite() -> Iterator[Database]:
    """A file in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="identity-cloud-") as folder:
        yield Database("SQLite", f"sqlite:///{folder}/benchmark.sqlite3", folder)


@contextmanager
def postgresql() -> Iterator[Database]:
    """A cluster on a unix socket, as it comes but for its share of the memory."""
    pg_ctl = binary("pg_ctl")
    with tempfile.TemporaryDirectory(prefix="identity-cloud-", ignore_cleanup_errors=True) as home:
        data = initialise(home)
        options = f"-k {home} -c listen_addresses='' -c shared_buffers=1GB"
        _run(pg_ctl, "-D", data, "-w", "-o", options, "-l", f"{home}/log", "start")
        try:
            pid = int((data / "postmaster.pid").read_text().splitlines()[0])
            # The socket's folder goes into the query, where slashes need no escaping.
            yield Database("PostgreSQL", f"postgres://postgres@/postgres?host={home}", home, pid)
        finally:
            _run(pg_ctl, "-D", data, "-m", "immediate", "stop")


def initialise(home: str) -> Path:
    """The data of a cluster that is not started yet."""
    if AS:
        shutil.chown(home, "postgres", "postgres")
    data = Path(home, "data")
    words = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    _run(binary("initdb"), "-D", data, *words)
    return data


DATABASES: dict[str, Callable[[], AbstractContextManager[Database]]] = {
    "sqlite": sqlite,
    "postgresql": postgresql,
}


def binary(name: str) -> str:
    """Where one of PostgreSQL's programs is."""
    found = shutil.which(name) or next(
        iter(sorted(glob(f"/usr/lib/postgresql/*/bin/{name}"), reverse=True)), None
    )
    if found is None:
        raise SystemExit(f"{name} is not installed. Debian: apt-get install postgresql")
    return found


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, **AS)
