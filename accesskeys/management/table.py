"""Access keys as a table for a person at a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import accumulate
from typing import NamedTuple

from accesskeys.core.moments import written
from accesskeys.core.validators import NAME_MAX_LENGTH
from accesskeys.models import AccessKey

_GAP = "  "


class Column(NamedTuple):
    """What it is headed, how wide it is, and what is in it."""

    heading: str
    width: int
    cell: Callable[[AccessKey], str]


def _state(access_key: AccessKey) -> str:
    if access_key.is_suspended:
        return "suspended"
    return "expired" if access_key.is_expired else "usable"


def _moment(moment: datetime | None) -> str:
    return written(moment, "minutes") if moment else "never"


# What is wanted most comes first. The first four fit into 80 characters, all of them into 120.
COLUMNS = (
    Column("NAME", NAME_MAX_LENGTH, lambda access_key: access_key.name),
    Column("STATE", len("suspended"), _state),
    Column("LAST USED", len("2026-11-23T12:00Z"), lambda access_key: _moment(access_key.last_used_at)),
    Column("EXPIRES", len("2026-11-23T12:00Z"), lambda access_key: _moment(access_key.expires_at)),
    Column("ID", 36, lambda access_key: str(access_key.pk)),
)


def lines(access_keys: Iterable[AccessKey], width: int) -> Iterator[str]:
    """The table, with as many columns as fit side by side into this width. Nothing wraps."""
    columns = _fitting(width)
    yield _line([column.heading for column in columns], columns, width)
    for access_key in access_keys:
        yield _line([column.cell(access_key) for column in columns], columns, width)


def _fitting(width: int) -> Sequence[Column]:
    ends = accumulate(column.width + len(_GAP) for column in COLUMNS)
    fitting = [column for column, end in zip(COLUMNS, ends, strict=True) if end - len(_GAP) <= width]
    return fitting or COLUMNS[:1]


def _line(cells: Iterable[str], columns: Iterable[Column], width: int) -> str:
    padded = (f"{cell:<{column.width}}" for cell, column in zip(cells, columns, strict=True))
    line = _GAP.join(padded).rstrip()
    return line if len(line) <= width else f"{line[: width - 1]}…"
