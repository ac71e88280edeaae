"""Run the tests on a private PostgreSQL cluster, started here and removed at the end: ``-p tests.postgres``.

It must be named on the command line: from a conftest it would come too late, and the tests would run on SQLite
unnoticed.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from glob import glob
from pathlib import Path

import pytest

from tests.environment import MEMORY

# initdb and postgres refuse to run as root.
_AS = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}


def _binary(name: str) -> str | None:
    found = shutil.which(name)
    return found or next(iter(sorted(glob(f"/usr/lib/postgresql/*/bin/{name}"), reverse=True)), None)


def _run(*command: str | Path | None) -> None:
    subprocess.run(
        [str(part) for part in command],
        check=True,
        cwd="/",
        stdout=subprocess.DEVNULL,
        **_AS,  # type: ignore[call-overload]
    )


def start() -> str | None:
    """Start a cluster on a unix socket and return its address; None where PostgreSQL is not installed."""
    initdb, pg_ctl = _binary("initdb"), _binary("pg_ctl")
    if initdb is None or pg_ctl is None:
        return None
    home = Path(tempfile.mkdtemp(prefix="identity-cloud-pg-", dir=MEMORY or "/tmp"))
    if _AS:
        shutil.chown(home, "postgres", "postgres")
    data = home / "data"
    _run(initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    # Without autovacuum: plans that tests look at are not to depend on the moment at which it has come by.
    options = f"-k {home} -c listen_addresses='' -c fsync=off -c max_connections=100 -c autovacuum=off"
    _run(pg_ctl, "-D", data, "-w", "-o", options, "-l", home / "log", "start")

    def stop() -> None:
        _run(pg_ctl, "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(home, ignore_errors=True)

    atexit.register(stop)
    # The socket's folder goes into the query, where slashes need no escaping.
    return f"postgres://postgres@/postgres?host={home}"


if "PYTEST_XDIST_WORKER" not in os.environ:
    _address = start()
    if _address:
        os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"] = _address
    else:
        os.environ["POSTGRES_IS_MISSING"] = "1"


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    if "POSTGRES_IS_MISSING" in os.environ:
        reason = "PostgreSQL is not installed. Install it (Debian: apt-get install postgresql) and run again."
        for item in items:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True, scope="session")
def _really_on_postgres() -> None:
    from django.conf import settings

    assert "POSTGRES_IS_MISSING" in os.environ or "postgresql" in settings.DATABASES["default"]["ENGINE"]
