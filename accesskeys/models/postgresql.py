"""The statement of every authentication, asked of PostgreSQL through the part of psycopg that is libpq itself.

Of the 60 µs that psycopg's cursor takes for a row found by its digest, 50 go into what this statement has no use for:
counting what to prepare, choosing formats, writing values as text and reading them. See docs/decisions/0011.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from weakref import WeakSet

from django.db.models import Field
from psycopg import Connection
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGresult

_NAME = b"access_key_by_digest"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def _moment(data: bytes) -> datetime:
    return _EPOCH + timedelta(microseconds=int.from_bytes(data, "big", signed=True))


def _json(data: bytes) -> Any:
    return json.loads(data[1:].decode())  # Ahead of the text is a version, which has been 1 ever since.


# The connections that know the statement, whichever question told them: threads that come first at once compile two.
_prepared: WeakSet[Connection[Any]] = WeakSet()

# What makes the value of a field of PostgreSQL's binary format.
_VALUES: dict[str, Callable[[bytes], Any]] = {
    "BinaryField": bytes,
    "CharField": bytes.decode,
    "DateTimeField": _moment,
    "JSONField": _json,
    "UUIDField": lambda data: UUID(bytes=data),
}


class Question:
    """A SELECT of these fields by one value, which finds one row or none. Prepared once for each connection."""

    def __init__(self, sql: str, fields: Sequence[Field[Any, Any]]) -> None:
        self._sql = sql.replace("%s", "$1").encode()
        self._values = list(enumerate(_VALUES[field.get_internal_type()] for field in fields))

    def ask(self, driver: Connection[Any], value: bytes) -> list[Any] | None:
        """The values of the fields."""
        if driver not in _prepared:
            _require(driver.pgconn.prepare(_NAME, self._sql), ExecStatus.COMMAND_OK)
            _prepared.add(driver)
        result = driver.pgconn.exec_prepared(_NAME, (value,), (Format.BINARY,), Format.BINARY)
        _require(result, ExecStatus.TUPLES_OK)
        if not result.ntuples:
            return None
        columns = [(result.get_value(0, place), read) for place, read in self._values]
        return [None if data is None else read(data) for data, read in columns]


def _require(result: PGresult, status: ExecStatus) -> None:
    if result.status != status:
        raise error_from_result(result)
