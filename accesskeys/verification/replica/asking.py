"""Which connection of this thread leads to a replica that is recent enough."""

from __future__ import annotations

from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from django.db import Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from accesskeys.core import steady
from accesskeys.core.breaker import Breaker
from accesskeys.verification import metrics
from accesskeys.verification.finding.bounded import bounded
from accesskeys.verification.finding.opening import open_within
from accesskeys.verification.replica.beating import NAME, beating

PATIENCE = 0.5  # seconds, after which the primary is asked instead

_breaker = Breaker()  # A replica that hangs keeps one thread waiting, and not all of them.


class _Line(NamedTuple):
    """A connection of the driver: which standby it leads to, and by when it was open."""

    standby: str
    opened_at: float


# One that somebody else has opened is none of ours.
_lines: WeakKeyDictionary[Any, _Line] = WeakKeyDictionary()


def trusted(alias: str) -> BaseDatabaseWrapper | None:
    """The connection, or None where the primary has to be asked. One that is new is believed from the next beat on."""
    own = beating()
    own.begin()
    now = steady.seconds()
    connection = connections[alias]
    driver = connection.connection
    line = None if driver is None else _lines.get(driver)
    if line is not None and line.standby == own.lease.standby:
        return connection if own.lease.covers(line.opened_at, now) else None
    if own.lease.runs(now) and not _breaker.is_open():
        _open(connection)
    return None


def _open(connection: BaseDatabaseWrapper) -> None:
    connection.close()
    try:
        open_within(connection, PATIENCE)
        with bounded(connection), connection.cursor() as cursor:
            cursor.execute(NAME)
            (standby,) = cursor.fetchone()
    except Error:  # The thread that beats says why.
        metrics.count_error("standby")
        _breaker.failed()
        return
    _breaker.succeeded()
    _lines[connection.connection] = _Line(standby, steady.seconds())
