"""The journal of what has ended for good. It stands outside the database, so that no backup can take it back.

A line has a time, what has ended and the id of its access key; for one key of an access key, when that key was made.
"""

from __future__ import annotations

import fcntl
import logging
import os
import re
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from accesskeys.core import conf, folders, once
from accesskeys.core.moments import written

logger = logging.getLogger("accesskeys.journal")

_ID: Final = rb"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_REVOKED: Final = re.compile(rb"\S+ revoked " + _ID)
_ENDED: Final = re.compile(rb"\S+ ended " + _ID + rb" ([0-9-]{10}T[0-9:]{8}\.[0-9]{6}Z)")
MOST_OWED: Final = 100_000  # lines that wait in memory for a file that cannot be written


@dataclass
class Ended:
    """What a journal tells, in its own notation: there may be a hundred thousand of them."""

    access_keys: set[str] = field(default_factory=set)
    keys: dict[str, set[str]] = field(default_factory=dict)  # by their access key: when each was made
    unreadable: int = 0  # lines, such as one that was cut off when the machine went down


def revoked(access_key_id: UUID) -> str:
    """The line of an access key that is gone."""
    return f"{_now()} revoked {access_key_id}\n"


def ended(access_key_id: UUID, made_at: datetime) -> str:
    """The line of one key that is accepted no more, while its access key goes on."""
    return f"{_now()} ended {access_key_id} {moment(made_at)}\n"


def moment(at: datetime) -> str:
    """A moment as it stands in a line."""
    return written(at, "microseconds")


class Journal:
    """Writing it, by any number of threads and processes."""

    owed: deque[str] = deque(maxlen=MOST_OWED)
    _threads = threading.Lock()

    @classmethod
    def write(cls, lines: Iterable[str]) -> None:
        """Add these lines; they are on the disk when this returns.

        A file that cannot be written is told, and prevents nothing: to revoke matters more than to note it. What is
        owed to it is written with the next lines.
        """
        file = conf.revocations_file()
        if file is None:
            return
        with cls._threads:
            due = [*cls.owed, *lines]
            cls.owed.clear()
        try:
            _append(file, "".join(due).encode())
        except OSError as error:
            with cls._threads:
                cls.owed.extend(due)
            if once.a_minute("journal", error):
                logger.error(
                    "The file of REVOCATIONS_FILE cannot be written: %s. What is revoked stays revoked, and a backup "
                    "of before would bring it back: what is missing there is in the audit log alone.",
                    error.strerror,
                )


def read() -> Ended:
    """All that the file tells, and those that were turned over: beside it, with a dot and a number. Raises OSError."""
    told = Ended()
    file = conf.revocations_file()
    for path in _files(file) if file else ():
        for line in _lines(path):
            if match := _REVOKED.fullmatch(line):
                told.access_keys.add(match[1].decode())
            elif match := _ENDED.fullmatch(line):
                told.keys.setdefault(match[1].decode(), set()).add(match[2].decode())
            else:
                told.unreadable += 1
    return told


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as lines:
        yield from (line.rstrip(b"\n") for line in lines)


def check_writable(file: Path) -> None:
    """Open it as writing does; raises OSError."""
    os.close(_open(file))


def _files(file: Path) -> Iterator[Path]:
    if file.exists():
        yield file
    yield from (path for path in file.parent.glob(f"{file.name}.*") if path.suffix[1:].isdecimal())


def _append(file: Path, text: bytes) -> None:
    is_new = not file.exists()
    descriptor = _open(file)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        # What a crash or a full disk has cut off stays a line of its own.
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            text = b"\n" + text
        while text:
            text = text[os.write(descriptor, text) :]
        fcntl.flock(descriptor, fcntl.LOCK_UN)  # Others write while this one waits for the disk.
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if is_new:
        folders.sync(file.parent)


def _open(file: Path) -> int:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _now() -> str:
    return moment(datetime.now(UTC))
