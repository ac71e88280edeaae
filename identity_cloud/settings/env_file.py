"""Reading ``.env`` as people write it. What cannot be read is refused by the number of its line, and never quoted."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from django.core.exceptions import ImproperlyConfigured

_ASSIGNMENT = re.compile(r"(?:export[ \t]+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(?P<value>.*)")
# In single quotes everything is meant as it stands, in double quotes a backslash escapes what a shell lets it escape.
# Without quotes, a blank and a # may begin a comment or belong to the value: nobody knows.
_VALUE = re.compile(
    r"""(?:'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\["\\$`])*)")(?:[ \t]+\#.*)?"""
    r"""|(?P<bare>(?!['"\#])(?:(?![ \t]\#).)*)""",
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Entry(NamedTuple):
    """A value, and the line that it stands in."""

    value: str
    line: int


def read(path: Path, known: Collection[str]) -> dict[str, Entry]:
    """The values by name; none where there is no such file. Only names that are known appear in what is said."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        if path.is_symlink():
            raise ImproperlyConfigured(".env is a link to a file that does not exist.") from None
        return {}
    except OSError as error:
        raise ImproperlyConfigured(f".env cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        number = error.object.count(b"\n", 0, error.start) + 1
        raise ImproperlyConfigured(
            f"Line {number} of .env is not UTF-8. Save the file in that encoding."
        ) from None
    entries: dict[str, Entry] = {}
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, value = _read_line(line.strip(), number, known)
        if name in entries:
            raise ImproperlyConfigured(
                f"{_place(name, number, known)} is set a second time, after line {entries[name].line}. "
                "Keep one of them."
            )
        entries[name] = Entry(value, number)
    return entries


def _read_line(line: str, number: int, known: Collection[str]) -> tuple[str, str]:
    assignment = _ASSIGNMENT.fullmatch(line)
    if assignment is None:
        name = re.split(r"\W+", line.removeprefix("export").strip())[0]
        raise ImproperlyConfigured(f"{_place(name, number, known)} cannot be read. Write NAME=value.")
    name, value = str(assignment["name"]), _VALUE.fullmatch(assignment["value"])
    if value is None or _CONTROL.search(line):
        raise ImproperlyConfigured(
            f"{_place(name, number, known)} cannot be read. Put the value in single quotes, "
            "and a comment in a line of its own."
        )
    if value["double"] is not None:
        return name, re.sub(r"\\(.)", r"\1", value["double"])
    return name, value["single"] if value["single"] is not None else value["bare"].rstrip()


def _place(name: str, number: int, known: Collection[str]) -> str:
    return f"{name} (line {number} of .env)" if name in known else f"Line {number} of .env"
