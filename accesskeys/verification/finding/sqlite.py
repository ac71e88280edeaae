"""The statement of every authentication, asked of SQLite's driver itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from json import JSONDecoder
from typing import Any
from uuid import UUID

from django.db.models import Field

Value = Callable[[Any], Any]

_decoder = JSONDecoder()


def _moment(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC)


def _json(value: str) -> Any:
    return _decoder.raw_decode(value)[0]


# How the driver's value becomes the field's, where the two differ.
_VALUES: dict[str, Value] = {"UUIDField": UUID, "DateTimeField": _moment, "JSONField": _json}


class Question:
    """A SELECT of these fields by one value, which finds one row or none."""

    def __init__(self, sql: str, fields: Sequence[Field[Any, Any]]) -> None:
        self._sql = sql.replace("%s", "?")
        kinds = [field.get_internal_type() for field in fields]
        self._values = [(place, _VALUES[kind]) for place, kind in enumerate(kinds) if kind in _VALUES]

    def ask(self, driver: sqlite3.Connection, value: bytes) -> list[Any] | None:
        """The values of the fields."""
        row = driver.execute(self._sql, (value,)).fetchone()
        if row is None:
            return None
        values = list(row)
        for place, read in self._values:
            if values[place] is not None:
                values[place] = read(values[place])
        return values
