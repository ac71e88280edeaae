"""Access keys to generate, one on each line of a CSV file.

The first line names the columns, so that no name can be mistaken for a heading: ``name``, and where they are wanted
``scopes`` (separated by spaces) and ``expires_in`` (such as ``90d``; empty: never).
"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import NamedTuple, TextIO

from accesskeys.management.durations import moment_after
from accesskeys.operations import Wish

COLUMNS = ("name", "scopes", "expires_in")
LONGEST_LINE = 4096  # characters; 32 scopes at their longest, and room


class WrongColumns(Exception):
    """The first line does not name the columns."""

    def __str__(self) -> str:
        return "The first line must name the columns: name, and where they are wanted scopes and expires_in."


class Line(NamedTuple):
    """One line as it was read."""

    number: int
    name: str
    scopes: str
    expires_in: str

    def wish(self) -> Wish:
        """What it asks for, counted from now; raises ValidationError for a wrong ``expires_in``."""
        return Wish(
            self.name, self.scopes.split(), moment_after(self.expires_in) if self.expires_in else None
        )


class Problem(NamedTuple):
    """What is wrong with a line, in a sentence."""

    number: int
    sentence: str


def read(file: TextIO) -> Iterator[Line | Problem]:
    """The lines after the first, empty ones left out; raises WrongColumns."""
    columns = _columns(file.readline(LONGEST_LINE))
    number = 1
    while text := file.readline(LONGEST_LINE):
        number += 1
        if len(text) == LONGEST_LINE:
            yield Problem(number, f"It is longer than {LONGEST_LINE} characters; nothing after it was read.")
            return
        cells = _cells(text)
        if cells is None:
            yield Problem(number, "It is not a line of CSV.")
        elif cells and len(cells) != len(columns):
            yield Problem(number, f"It has {len(cells)} cells instead of {len(columns)}.")
        elif cells:
            yield Line(number, **{**dict.fromkeys(COLUMNS, ""), **dict(zip(columns, cells, strict=True))})


def _columns(text: str) -> Sequence[str]:
    columns = _cells(text) or []
    if "name" not in columns or len(set(columns)) < len(columns) or not set(columns) <= set(COLUMNS):
        raise WrongColumns
    return columns


def _cells(text: str) -> list[str] | None:
    """The cells of a line; None if it is not CSV. A stray quotation mark does not reach into the next line."""
    try:
        return next(csv.reader([text], strict=True))
    except csv.Error:
        return None


class Spool:
    """Lines set aside in a file without a name, which vanishes with the process: memory does not grow with them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._connection.execute(
            "CREATE TABLE line (number INTEGER PRIMARY KEY, name TEXT UNIQUE, scopes TEXT, expires_in TEXT)"
        )

    def __len__(self) -> int:
        (count,) = self._connection.execute("SELECT count(*) FROM line").fetchone()
        return int(count)

    def __iter__(self) -> Iterator[Line]:
        return map(Line._make, self._connection.execute("SELECT * FROM line ORDER BY number"))

    def add(self, line: Line) -> int | None:
        """Set a line aside, unless an earlier one has its name; returns the number of that one."""
        try:
            self._connection.execute("INSERT INTO line VALUES (?, ?, ?, ?)", line)
        except sqlite3.IntegrityError:
            earlier = self._connection.execute("SELECT number FROM line WHERE name = ?", (line.name,))
            return int(earlier.fetchone()[0])
        return None


@contextmanager
def spool() -> Iterator[Spool]:
    """An empty spool."""
    with closing(sqlite3.connect("")) as connection:  # SQLite's own words for a temporary file.
        yield Spool(connection)
