"""What happens to the database and to Redis."""

from __future__ import annotations

import random
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager

from benchmarks.endurance.site import Site
from benchmarks.endurance.supervised import Supervised
from benchmarks.endurance.troubles.words import AT_ONCE, Trouble, send, stopped
from benchmarks.machine import family


def _of(process: Supervised | None) -> list[int]:
    return family(process.pid) if process else []


def _postgres_paused(site: Site, dice: random.Random) -> AbstractContextManager[None]:
    return stopped(_of(site.postgres))


@contextmanager
def _postgres_killed(site: Site, dice: random.Random) -> Iterator[None]:
    send(signal.SIGKILL, _of(site.postgres)[:1])
    yield


@contextmanager
def _backend_killed(site: Site, dice: random.Random) -> Iterator[None]:
    """PostgreSQL then ends all connections, and recovers as from a crash."""
    send(signal.SIGKILL, [dice.choice(_of(site.postgres)[1:])])
    yield


def _redis_paused(site: Site, dice: random.Random) -> AbstractContextManager[None]:
    return stopped(_of(site.redis))


@contextmanager
def _redis_killed(site: Site, dice: random.Random) -> Iterator[None]:
    send(signal.SIGKILL, _of(site.redis))
    yield


@contextmanager
def _locked(site: Site, dice: random.Random) -> Iterator[None]:
    """Somebody else writes, and does not come to an end."""
    with closing(sqlite3.connect(site.database.url.removeprefix("sqlite:///"), 30)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.rollback()


def _has_postgres(site: Site) -> bool:
    return site.postgres is not None


def _has_redis(site: Site) -> bool:
    return site.redis is not None


ALL = (
    Trouble("PostgreSQL paused", _postgres_paused, needs=_has_postgres),
    Trouble("PostgreSQL killed", _postgres_killed, AT_ONCE, _has_postgres),
    Trouble("a backend killed", _backend_killed, AT_ONCE, _has_postgres),
    Trouble("Redis paused", _redis_paused, needs=_has_redis),
    Trouble("Redis killed", _redis_killed, AT_ONCE, _has_redis),
    Trouble("SQLite locked", _locked, needs=lambda site: site.postgres is None),
)
