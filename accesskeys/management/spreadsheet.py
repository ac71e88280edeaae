"""Tables as spreadsheets write them: parted by commas, semicolons or tabs, in UTF-8 or UTF-16, in quotes or not."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple, Self, TextIO

SEPARATORS = ",;\t"
LONGEST_ROW = 12_288  # characters; an access key with all that it may carry, at its longest, and room

_TOO_LONG = f"It is longer than {LONGEST_ROW} characters; nothing after it was read."
_OPEN = f"A quotation mark opens a cell, and none closes it within {LONGEST_ROW} characters; nothing after it was read."
_NEVER_CLOSED = "A quotation mark opens a cell, and none closes it; nothing after it was read."
_STRAY = (
    "A quotation mark stands within a cell: put the whole cell in quotation marks, and double those within."
)
_NOT_UTF_8 = "It is not UTF-8: save the file as CSV in UTF-8."


class Row(NamedTuple):
    """The cells of a row, and the line of the file in which it begins."""

    number: int
    cells: list[str]


class Problem(NamedTuple):
    """What is wrong with a row, in a sentence."""

    number: int
    sentence: str


def decoded(file: io.BufferedReader) -> io.TextIOWrapper:
    """The text of a file, in the encoding that its first two bytes tell. Bytes that are none become U+FFFD."""
    is_utf_16 = file.peek(2)[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    return io.TextIOWrapper(file, "utf-16" if is_utf_16 else "utf-8-sig", errors="replace", newline="")


def rows(file: TextIO) -> Iterator[Row | Problem]:
    """The rows. The first tells what parts the cells, and is always there; others without any text are left out."""
    lines = _Lines(file)
    number = 1
    try:
        first = next(lines, "")
        reader = csv.reader(chain([first], lines), delimiter=max(SEPARATORS, key=first.count), strict=True)
        while (cells := _cells(reader, lines)) is not None:
            if isinstance(cells, str):
                yield Problem(number, cells)
            elif number == 1 or any(map(str.strip, cells)):
                yield Row(number, cells)
            number = lines.number + 1
    except _TooLong:
        yield Problem(number, _TOO_LONG if lines.number < number else _OPEN)


def _cells(reader: Iterator[list[str]], lines: _Lines) -> list[str] | str | None:
    """The cells of the next row, or what is wrong with it; None at the end."""
    lines.begin_row()
    try:
        cells = next(reader, None)
    except csv.Error:
        return _NEVER_CLOSED if lines.have_ended else _STRAY
    if cells and any(mark in cell for cell in cells for mark in "\ufffd\0"):
        return _NOT_UTF_8
    return cells


class _TooLong(Exception):
    """A row has more characters than memory is for."""


class _Lines:
    """The lines of a file, counted as they are read. A row may take several, but only so many characters."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._left = LONGEST_ROW
        self.number = 0
        self.have_ended = False

    def begin_row(self) -> None:
        """From here on it is another row."""
        self._left = LONGEST_ROW

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._file.readline(self._left)
        self._left -= len(line)
        if not self._left:
            raise _TooLong
        if not line:
            self.have_ended = True
            raise StopIteration
        self.number += 1
        return line
