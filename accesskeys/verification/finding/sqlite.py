"""The statement of every authentication, asked of SQLite's driver itself.

SQLite waits for a lock as long as its connection says, which is long, for those who write. So who reads alone does it
on a second connection, beside Django's, that waits no longer than a decision may.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from json import JSONDecoder
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field

from accesskeys.core import conf

Value = Callable[[Any], Any]

_decoder = JSONDecoder()

# Beside each of Django's connections, the driver's that was open at the time and the one to read on.
_readers: WeakKeyDictionary[BaseDatabaseWrapper, tuple[sqlite3.Connection, sqlite3.Connection]] = (
    WeakKeyDictionary()
)


def _moment(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC)


def _json(value: str) -> Any:
    # Most access keys have no networks and no labels, and many no scopes.
    if value == "[]":
        return []
    if value == "{}":
        return {}
    return _decoder.raw_decode(value)[0]


# How the driver's value becomes the field's, where the two differ.
_VALUES: dict[str, Value] = {"UUIDField": UUID, "DateTimeField": _moment, "JSONField": _json}


@contextmanager
def impatient(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Where Django's own cursor asks, on its own connection, it waits no longer either."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    _be_patient(connection, conf.decision_timeout())
    try:
        yield
    finally:
        # 5 s are the driver's own default.
        _be_patient(connection, connection.settings_dict["OPTIONS"].get("timeout", 5.0))


class Question:
    """A SELECT of these fields by one value, which finds one row or none."""

    def __init__(self, sql: str, fields: Sequence[Field[Any, Any]]) -> None:
        self._sql = sql.replace("%s", "?1")
        kinds = [field.get_internal_type() for field in fields]
        self._values = [(place, _VALUES[kind]) for place, kind in enumerate(kinds) if kind in _VALUES]

    def ask(self, connection: BaseDatabaseWrapper, value: bytes) -> list[Any] | None:
        """The values of the fields."""
        # In a transaction there is nothing to wait for any more, and things to read that nobody else sees.
        driver = connection.connection if connection.in_atomic_block else _reader(connection)
        row = driver.execute(self._sql, (value,)).fetchone()
        if row is None:
            return None
        values = list(row)
        for place, read in self._values:
            if values[place] is not None:
                values[place] = read(values[place])
        return values


def _be_patient(connection: BaseDatabaseWrapper, seconds: float) -> None:
    # A script, since the driver remembers single statements, and this one works when it is compiled.
    connection.connection.executescript(f"PRAGMA busy_timeout = {int(seconds * 1000)}")


def _reader(connection: BaseDatabaseWrapper) -> sqlite3.Connection:
    driver = connection.connection
    pair = _readers.get(connection)
    if pair is None or pair[0] is not driver:
        if pair is not None:
            pair[1].close()  # It would stay open until garbage is collected.
        pair = _readers[connection] = driver, _open(connection)
    return pair[1]


def _open(connection: BaseDatabaseWrapper) -> sqlite3.Connection:
    if connection.is_in_memory_db():  # type: ignore[attr-defined]  # Another connection would have another one.
        driver: sqlite3.Connection = connection.connection
        return driver
    parameters = connection.get_connection_params() | {"timeout": conf.decision_timeout()}
    reader: sqlite3.Connection = sqlite3.connect(**parameters)
    return reader
