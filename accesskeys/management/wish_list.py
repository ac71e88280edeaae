"""Access keys to generate, one in each row of a table.

The first line names the columns, so that no name can be mistaken for a heading: ``name``, and where they are wanted
``scopes`` and ``allowed_networks`` (separated by spaces), ``expires_in`` (such as ``90d``; empty: never),
``rate_limit``, ``description``, ``owner`` and ``labels`` (see ``labels_in``). What the console exports is such a table
too: what a new access key cannot have of an old one is passed over, and what it must not lose is a problem.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any, NamedTuple, TextIO

from django.core.exceptions import ValidationError

from accesskeys.core.keys import PREFIX
from accesskeys.core.validators import is_name
from accesskeys.management.durations import moment_after, moment_at
from accesskeys.management.labels import labels_in
from accesskeys.management.refusals import is_quotable, without_keys
from accesskeys.management.spreadsheet import Problem, Row, rows
from accesskeys.operations import Wish

PASSED_OVER = ("id", "created_at", "created_by", "last_used_at")
# Without these, an access key would open more than the one that was exported.
AFTERWARDS = {"suspended_at": "suspend_access_key"}
SHORT = 12  # characters; fewer of a key are of no use to anybody


class WrongColumns(Exception):
    """The first line does not name the columns. ``found`` says in a sentence what stands there."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"The first line must name the columns: name, and where they are wanted {', '.join(COLUMNS[1:-1])} and "
            f"{COLUMNS[-1]}. {found}"
        )


class Line(NamedTuple):
    """One row as it was read."""

    number: int
    name: str
    scopes: str
    expires_in: str
    expires_at: str
    allowed_networks: str
    rate_limit: str
    description: str
    owner: str
    labels: str

    def wish(self) -> Wish:
        """What it asks for, counted from now; raises ValidationError for an expiry or labels that are none."""
        wish, refusal = self.reading()
        if refusal:
            raise ValidationError(refusal)
        return wish

    def reading(self) -> tuple[Wish, dict[str, Any]]:
        """The same without an expiry and labels that are none, and what is wrong with these."""
        wish = Wish(
            self.name,
            self.scopes.split(),
            None,
            self.allowed_networks.split(),
            self.rate_limit,
            self.description,
            self.owner,
        )
        errors: dict[str, Any] = {}
        try:
            wish = wish._replace(expires_at=self._expiry())
        except ValidationError as refusal:
            refusal.update_error_dict(errors)
        try:
            wish = wish._replace(labels=labels_in(self.labels))
        except ValidationError as refusal:
            refusal.update_error_dict(errors)
        return wish, errors

    def _expiry(self) -> datetime | None:
        if self.expires_in:
            return moment_after(self.expires_in)
        return moment_at(self.expires_at) if self.expires_at else None

    def problem(self, refusal: ValidationError) -> Problem:
        """What is wrong with it: what was found, and what is expected."""
        return Problem(self.number, " ".join(self._sentences(refusal)))

    def _sentences(self, refusal: ValidationError) -> Iterator[str]:
        for field, errors in refusal.error_dict.items():
            column = "expires_in" if field == "expires_at" and self.expires_in else field
            for error in errors:
                if error.code == "invalid":
                    yield f"In the column {column} stands {kind_of(getattr(self, column))}."
                yield without_keys(" ".join(error.messages))


COLUMNS = Line._fields[1:]
# What an export puts a quotation mark in front of, so that no spreadsheet calculates it.
_FORMULA = ("'=", "'+", "'-", "'@")


def read(file: TextIO) -> Iterator[Line | Problem]:
    """The rows after the first, empty ones left out; raises WrongColumns."""
    table = rows(file)
    columns = _columns(next(table, None))
    for row in table:
        yield row if isinstance(row, Problem) else _line(columns, row)


def kind_of(cell: str) -> str:
    """What a cell holds, quoted only if it can be no key, nor much of one."""
    if not cell:
        return "nothing"
    if PREFIX in cell:
        return "what looks like a key"
    if is_quotable(cell) or len(cell) < SHORT:
        return f"“{repr(cell)[1:-1]}”"
    odd = next((character for character in cell if not is_name(character)), None)
    also = f", one of them {'a blank' if odd.isspace() else f'“{repr(odd)[1:-1]}”'}" if odd else ""
    return f"text of {len(cell)} characters{also}"


def _columns(first: Row | Problem | None) -> Sequence[str]:
    """The names of the columns; empty for one without a heading."""
    if isinstance(first, Problem):
        raise WrongColumns(first.sentence)
    if first is None or not any(first.cells):
        raise WrongColumns("It is empty.")
    columns = ["_".join(heading.lower().split()) for heading in first.cells]
    named = [column for column in columns if column]
    for column in named:
        if column not in (*COLUMNS, *PASSED_OVER, *AFTERWARDS):
            place = columns.index(column) + 1
            heading = first.cells[place - 1].strip().lower()
            raise WrongColumns(f"The heading of column {place} is {kind_of(heading)}.")
    if "name" not in named:
        raise WrongColumns("There is no column name.")
    if len(set(named)) < len(named):
        raise WrongColumns("A column is there twice.")
    if {"expires_in", "expires_at"} <= set(named):
        raise WrongColumns("There are both expires_in and expires_at: leave one of them out.")
    return columns


def _line(columns: Sequence[str], row: Row) -> Line | Problem:
    """The row by the names of its columns. Spreadsheets leave out empty cells at the end, and add others."""
    for place, cell in enumerate(row.cells):
        if cell and (place >= len(columns) or not columns[place]):
            sentence = f"There is something in column {place + 1}, which has no heading. Scopes are parted by spaces."
            return Problem(row.number, sentence)
    cells = dict(zip(columns, row.cells, strict=False))
    for column, command in AFTERWARDS.items():
        if cells.get(column):
            sentence = (
                f"A new access key has no {column}: empty the cell, and use {command} when it is there."
            )
            return Problem(row.number, sentence)
    # A name is taken as it stands, here as everywhere.
    name, *others = (cells.get(column, "") for column in COLUMNS)
    return Line(row.number, name, *(_unquoted(cell.strip()) for cell in others))


def _unquoted(cell: str) -> str:
    return cell[1:] if cell.startswith(_FORMULA) else cell


class Spool:
    """Lines set aside in a file without a name, which vanishes with the process: memory does not grow with them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        columns = ", ".join(f"{column} TEXT" for column in Line._fields[2:])
        self._connection.execute(
            f"CREATE TABLE line (number INTEGER PRIMARY KEY, name TEXT UNIQUE, {columns})"
        )

    def __len__(self) -> int:
        (count,) = self._connection.execute("SELECT count(*) FROM line").fetchone()
        return int(count)

    def __iter__(self) -> Iterator[Line]:
        return map(Line._make, self._connection.execute("SELECT * FROM line ORDER BY number"))

    def add(self, line: Line) -> int | None:
        """Set a line aside, unless an earlier one has its name; returns the number of that one."""
        try:
            self._connection.execute("INSERT INTO line VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", line)
        except sqlite3.IntegrityError:
            earlier = self._connection.execute("SELECT number FROM line WHERE name = ?", (line.name,))
            return int(earlier.fetchone()[0])
        return None


@contextmanager
def spool() -> Iterator[Spool]:
    """An empty spool."""
    with closing(sqlite3.connect("")) as connection:  # SQLite's own words for a temporary file.
        yield Spool(connection)
