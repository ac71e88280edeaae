"""One prepared statement on PostgreSQL, through the part of psycopg that is libpq itself.

Of the 60 µs that psycopg's cursor takes for a row found by its digest, 50 go into what this statement has no use for:
counting what to prepare, choosing formats, waiting in Python. See docs/decisions/0011.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from psycopg import Connection, abc
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGresult

_NAME = b"access_key_by_digest"
# What makes Python's values of a row's texts, for each connection that has the statement prepared.
_transformers: WeakKeyDictionary[Connection[Any], abc.Transformer] = WeakKeyDictionary()


class PreparedCursor:
    """As much of a cursor as one statement of one binary parameter and at most one row needs."""

    def __init__(self, driver: Connection[Any]) -> None:
        self._driver = driver
        self._row: tuple[Any, ...] | None = None

    def execute(self, sql: str, parameters: Sequence[bytes]) -> None:
        """Prepare the statement on this connection, if that was not done yet, and run it."""
        transformer = _transformers.get(self._driver) or self._prepare(sql)
        result = self._driver.pgconn.exec_prepared(_NAME, parameters, [Format.BINARY])
        _require(result, ExecStatus.TUPLES_OK)
        transformer.set_pgresult(result)
        self._row = transformer.load_row(0, tuple) if result.ntuples else None

    def _prepare(self, sql: str) -> abc.Transformer:
        statement = sql.replace("%s", "$1").encode()
        _require(self._driver.pgconn.prepare(_NAME, statement), ExecStatus.COMMAND_OK)
        # Of the adapters alone: it would hold on to the connection otherwise, which then never left the dictionary.
        _transformers[self._driver] = Transformer(self._driver.adapters)
        return _transformers[self._driver]

    def fetchone(self) -> tuple[Any, ...] | None:
        """The row, if one was found."""
        return self._row


def _require(result: PGresult, status: ExecStatus) -> None:
    if result.status != status:
        raise error_from_result(result)
