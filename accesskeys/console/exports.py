"""Rows as files: CSV for spreadsheets, JSON Lines for programs. Both are UTF-8, and written row by row."""

from __future__ import annotations

import csv
import json
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Protocol

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from django.utils.formats import get_format

from accesskeys.core.moments import written

ROWS_AT_A_TIME = 25  # Some KB: half a millisecond of work.
# A spreadsheet takes a cell that begins with one of these for a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Export:
    """What a file holds: the rows, as tuples of the named fields, all as of one moment."""

    name: str
    fields: tuple[str, ...]
    rows: QuerySet[Any, tuple[Any, ...]]

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return self.rows.iterator(ROWS_AT_A_TIME)


class Format(Protocol):
    """How a file of these fields is written, and what browsers are told that it is."""

    media_type: str

    def __init__(self, fields: tuple[str, ...]) -> None: ...

    def head(self) -> str:
        """What comes before all rows."""

    def line(self, row: tuple[Any, ...]) -> str:
        """A row."""


class _Line:
    """The file that the CSV writer writes to: it hands each line back."""

    def write(self, line: str) -> str:
        return line


class Csv:
    """A line of field names, then one for each row (RFC 4180). No cell is taken for a formula.

    A double click opens it right: Excel takes it for UTF-8 by its byte order mark, and looks for semicolons in
    countries that write 1,5 (decision 0022).
    """

    media_type = "text/csv; charset=utf-8"

    def __init__(self, fields: tuple[str, ...]) -> None:
        self._fields = fields
        # Now: when the lines are asked for, the language of the request is gone.
        separator = ";" if get_format("DECIMAL_SEPARATOR") == "," else ","
        self._written: Any = csv.writer(_Line(), delimiter=separator).writerow

    def head(self) -> str:
        return BOM_UTF8.decode() + str(self._written(self._fields))

    def line(self, row: tuple[Any, ...]) -> str:
        return str(self._written(map(_cell, row)))


class JsonLines:
    """One JSON object on each line."""

    media_type = "application/x-ndjson; charset=utf-8"

    def __init__(self, fields: tuple[str, ...]) -> None:
        self._fields = fields

    def head(self) -> str:
        return ""

    def line(self, row: tuple[Any, ...]) -> str:
        values = dict(zip(self._fields, map(_plain, row), strict=True))
        return json.dumps(values, ensure_ascii=False, cls=DjangoJSONEncoder) + "\n"


FORMATS: Mapping[str, type[Format]] = MappingProxyType({"csv": Csv, "jsonl": JsonLines})


def _cell(value: Any) -> str:
    """A value as the text of a cell. A quotation mark in front keeps spreadsheets from calculating it."""
    if value is None:
        return ""
    if isinstance(value, list):
        text = " ".join(map(str, value))
    elif isinstance(value, dict):
        text = json.dumps(value, ensure_ascii=False) if value else ""
    else:
        text = str(_plain(value))
    return f"'{text}" if text.startswith(_FORMULA) else text


def _plain(value: Any) -> Any:
    """A time as ISO 8601 in UTC, to the microsecond; anything else as it is."""
    if isinstance(value, datetime):
        return written(value, "microseconds")
    return value
