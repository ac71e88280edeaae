"""The statement of every authentication, asked of PostgreSQL through the part of psycopg that is libpq itself.

Of the 60 µs that psycopg's cursor takes for a row found by its digest, 50 go into what this statement has no use for:
counting what to prepare, choosing formats, writing values as text and reading them. See docs/decisions/0011.
"""

from __future__ import annotations

from collections import defaultdict
from json import JSONDecoder
from typing import Any
from weakref import WeakKeyDictionary

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import Connection, OperationalError, abc
from psycopg.adapt import AdaptersMap, Loader, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, Format
from psycopg.pq.abc import PGresult

_decoder = JSONDecoder()

# For each statement the connections on which it is prepared, each with what makes Python's values of its answers. All
# questions of its name share them: two threads that come first compile one each, and a connection takes a name once.
_prepared: defaultdict[bytes, WeakKeyDictionary[Connection[Any], abc.Transformer]] = defaultdict(
    WeakKeyDictionary
)


class Question:
    """A SELECT by one value, which finds one row or none. Prepared once for each connection."""

    def __init__(self, name: str, sql: str) -> None:
        self._name = name.encode()
        self._prepared = _prepared[self._name]
        self._sql = sql.replace("%s", "$1").encode()

    def ask(self, connection: BaseDatabaseWrapper, value: bytes) -> list[Any] | None:
        """The values of the row."""
        driver = connection.connection
        transformer = self._prepared.get(driver) or self._prepare(driver)
        result = driver.pgconn.exec_prepared(self._name, (value,), (Format.BINARY,), Format.BINARY)
        if not result.ntuples:
            _require(driver, result, ExecStatus.TUPLES_OK)
            return None
        # What reads the columns is chosen at the first answer; they are the same each time.
        transformer.set_pgresult(result, set_loaders=transformer.pgresult is None)
        return transformer.load_row(0, list)

    def _prepare(self, driver: Connection[Any]) -> abc.Transformer:
        _require(driver, driver.pgconn.prepare(self._name, self._sql), ExecStatus.COMMAND_OK)
        # Made of the adapters: made of the connection, it would keep that alive, and in the dictionary for ever.
        adapters = AdaptersMap(driver.adapters)
        adapters.register_loader("jsonb", _Json)
        transformer = self._prepared[driver] = Transformer(adapters)
        return transformer


class _Json(Loader):
    """Of the bytes that PostgreSQL sends: a version, which is 1, and the text."""

    format = Format.BINARY

    def load(self, data: abc.Buffer) -> Any:
        """psycopg's own would have ``json.loads`` guess the encoding first."""
        if data == b"\x01[]":  # Most access keys have no networks, and many no scopes.
            return []
        if data == b"\x01{}":  # Nor have most any labels.
            return {}
        return _decoder.raw_decode(str(data, "utf-8"), 1)[0]


def _require(driver: Connection[Any], result: PGresult, status: ExecStatus) -> None:
    if result.status == status:
        return
    error = error_from_result(result)
    # A line that broke has no SQLSTATE, and psycopg takes it for any error.
    raise OperationalError(str(error)) if driver.pgconn.status == ConnStatus.BAD else error
