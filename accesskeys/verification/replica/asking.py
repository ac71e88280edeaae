"""Which connection of this thread leads to a replica that is recent enough."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from django.db import Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from accesskeys.core import steady
from accesskeys.core.breaker import Breaker
from accesskeys.verification.finding.opening import open_within
from accesskeys.verification.replica.beating import beating

PATIENCE = 0.5  # seconds, after which the primary is asked instead

_breaker = Breaker()  # A replica that hangs keeps one thread waiting, and not all of them.

# By which moment each connection of the driver was open. One that somebody else has opened is none of ours.
_opened: WeakKeyDictionary[Any, float] = WeakKeyDictionary()


def trusted(alias: str) -> BaseDatabaseWrapper | None:
    """The connection, or None where the primary has to be asked. One that is new is believed from the next beat on."""
    own = beating()
    own.begin()
    now = steady.seconds()
    connection = connections[alias]
    driver = connection.connection
    if driver is not None and driver in _opened:
        return connection if own.lease.covers(_opened[driver], now) else None
    if own.lease.runs(now) and not _breaker.is_open():
        _open(connection)
    return None


def _open(connection: BaseDatabaseWrapper) -> None:
    connection.close()
    try:
        open_within(connection, PATIENCE)
    except Error:  # The thread that beats says why.
        _breaker.failed()
        return
    _breaker.succeeded()
    _opened[connection.connection] = steady.seconds()
