"""A primary and a standby that this process asks itself, beside the database of all other tests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from identity_cloud.settings.database import POSTGRESQL_OPTIONS
from tests.server import clusters
from tests.server.clusters import Cluster

ROOT = Path(__file__).parents[1]
PRIMARY, STANDBY = "primary_of_test", "standby_of_test"
LEASE = 1  # seconds
NAMES = "synchronous_standby_names"


@dataclass(frozen=True)
class Two:
    """Both of them."""

    primary: Cluster
    standby: Cluster

    def wait_for(self, names: str) -> None:
        """Set which standbys the primary waits for."""
        self.primary.execute(f"ALTER SYSTEM SET {NAMES} = '{names}'")
        self.primary.execute("SELECT pg_reload_conf()")
        while self.primary.execute(f"SHOW {NAMES}") != (names,):
            pass


@contextmanager
def two() -> Iterator[Two]:
    """A primary with our tables, and a standby called ``beside``."""
    with clusters.home() as home:
        primary = clusters.new(home / "primary", "-c cluster_name=lead")
        standby = clusters.standby(home / "beside", primary.port, "-c cluster_name=beside")
        both = Two(primary, standby)
        both.wait_for("beside")
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": primary.url},
            check=True,
        )
        yield both


@contextmanager
def reachable(both: Two) -> Iterator[None]:
    """Under their aliases, in this process."""
    for alias, cluster in ((PRIMARY, both.primary), (STANDBY, both.standby)):
        place = {"NAME": "postgres", "USER": "postgres", "HOST": "127.0.0.1", "PORT": str(cluster.port)}
        engine: dict[str, Any] = {"ENGINE": "django.db.backends.postgresql", "OPTIONS": POSTGRESQL_OPTIONS}
        connections.databases[alias] = connections.configure_settings(
            {DEFAULT_DB_ALIAS: {}, alias: {**place, **engine}}
        )[alias]
    try:
        yield
    finally:
        for alias in (PRIMARY, STANDBY):
            connections[alias].close()
            del connections[alias], connections.databases[alias]


class ToPrimary:
    """The router of a project that keeps access keys in a database of their own."""

    def db_for_read(self, _model: object, **_hints: object) -> str:
        return PRIMARY

    db_for_write = db_for_read
