"""One prepared statement on PostgreSQL, through the part of psycopg that is libpq itself.

Of the 60 µs that psycopg's cursor takes for a row found by its digest, 50 go into what this statement has no use for:
counting what to prepare, choosing formats, waiting in Python. See docs/decisions/0011.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import WeakSet

from psycopg import Connection
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGresult

_NAME = b"access_key_by_digest"
_prepared: WeakSet[Connection[Any]] = WeakSet()


class PreparedCursor:
    """As much of a cursor as one statement of one binary parameter and at most one row needs."""

    def __init__(self, driver: Connection[Any]) -> None:
        self._driver = driver
        self._row: tuple[Any, ...] | None = None

    def execute(self, sql: str, parameters: Sequence[bytes]) -> None:
        """Prepare the statement on this connection, if that was not done yet, and run it."""
        libpq = self._driver.pgconn
        if self._driver not in _prepared:
            _require(libpq.prepare(_NAME, sql.replace("%s", "$1").encode()), ExecStatus.COMMAND_OK)
            _prepared.add(self._driver)
        result = libpq.exec_prepared(_NAME, parameters, [Format.BINARY])
        _require(result, ExecStatus.TUPLES_OK)
        transformer = Transformer(self._driver)
        transformer.set_pgresult(result)
        self._row = transformer.load_row(0, tuple) if result.ntuples else None

    def fetchone(self) -> tuple[Any, ...] | None:
        """The row, if one was found."""
        return self._row


def _require(result: PGresult, status: ExecStatus) -> None:
    if result.status != status:
        raise error_from_result(result)
