"""Asking the database anything else, for no longer than a decision may take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper

from accesskeys.core import conf
from accesskeys.verification.finding import deadline
from accesskeys.verification.finding.deadline import Wait
from accesskeys.verification.finding.opening import open_within


@contextmanager
def bounded(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Within the block PostgreSQL is waited for as long as ``DECISION_TIMEOUT``, and then OperationalError is raised.

    SQLite waits for locks as long as its connection says: bounded is the opening alone.
    """
    wait = Wait(connection, conf.decision_timeout())
    if connection.connection is None:
        open_within(connection, wait.seconds)
    if connection.vendor != "postgresql":
        yield
        return
    watch = deadline.watch()
    watch.begin(wait)
    try:
        yield
    finally:
        watch.end(wait)
