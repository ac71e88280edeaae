"""The statement of every authentication, asked of PostgreSQL through the part of psycopg that is libpq itself.

Of the 60 µs that psycopg's cursor takes for a row found by its digest, 50 go into what this statement has no use for:
counting what to prepare, choosing formats, writing values as text and reading them. See docs/decisions/0011.
"""

from __future__ import annotations

from json import JSONDecoder
from typing import Any
from weakref import WeakKeyDictionary

from psycopg import Connection, abc
from psycopg.adapt import AdaptersMap, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGresult
from psycopg.types.json import set_json_loads

_NAME = b"access_key_by_digest"
_decoder = JSONDecoder()

# The connections that know the statement, whichever question told them: threads that come first at once compile two.
# Each with what makes Python's values of PostgreSQL's.
_prepared: WeakKeyDictionary[Connection[Any], abc.Transformer] = WeakKeyDictionary()


class Question:
    """A SELECT by one value, which finds one row or none. Prepared once for each connection."""

    def __init__(self, sql: str) -> None:
        self._sql = sql.replace("%s", "$1").encode()

    def ask(self, driver: Connection[Any], value: bytes) -> list[Any] | None:
        """The values of the row."""
        transformer = _prepared.get(driver) or self._prepare(driver)
        result = driver.pgconn.exec_prepared(_NAME, (value,), (Format.BINARY,), Format.BINARY)
        if not result.ntuples:
            _require(result, ExecStatus.TUPLES_OK)
            return None
        # It knows the columns, which are the same each time, since the first answer.
        transformer.set_pgresult(result, set_loaders=transformer.pgresult is None)
        return transformer.load_row(0, list)

    def _prepare(self, driver: Connection[Any]) -> abc.Transformer:
        _require(driver.pgconn.prepare(_NAME, self._sql), ExecStatus.COMMAND_OK)
        # Of adapters alone: it would hold on to the connection otherwise, which then never left the dictionary.
        adapters = AdaptersMap(driver.adapters)
        set_json_loads(_json, adapters)
        transformer = _prepared[driver] = Transformer(adapters)
        return transformer


def _json(data: str | bytes) -> Any:
    # ``json.loads`` would find out first in which encoding these bytes are.
    return _decoder.raw_decode(str(data, "utf-8") if isinstance(data, bytes) else data)[0]


def _require(result: PGresult, status: ExecStatus) -> None:
    if result.status != status:
        raise error_from_result(result)
