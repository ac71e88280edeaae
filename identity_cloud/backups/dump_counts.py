"""How many rows a dump of PostgreSQL holds, told by ``pg_restore`` without any server."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from identity_cloud.backups.programs import Program, program

_COPY = re.compile(rb'COPY (?:[^ .]+\.)?"?(?P<table>[^ ."]+)"? \(.*\) FROM stdin;')


class Counting:
    """Takes a dump piece by piece, and counts behind it."""

    def __init__(self, running: Program) -> None:
        self._running = running
        self._counts: Counter[str] = Counter()
        self._thread = threading.Thread(target=_count, args=(running.stdout, self._counts))
        self._thread.start()

    def write(self, data: bytes) -> None:
        """The next piece. Raises BackupError."""
        self._running.write(data)

    def counts(self) -> dict[str, int]:
        """At the end of the dump. Raises BackupError for what is none."""
        self._running.conclude()
        self._thread.join()
        return dict(self._counts)


@contextmanager
def counting() -> Iterator[Counting]:
    """A counter of rows, until the block is left."""
    with program("pg_restore", "--data-only", "--file=-", connects=False) as running:
        yield Counting(running)


def _count(lines: IO[bytes], counts: Counter[str]) -> None:
    table = None
    for line in lines:
        if table is None:
            if match := _COPY.match(line):
                table = match["table"].decode()
                counts[table] += 0
        elif line == b"\\.\n":
            table = None
        else:
            counts[table] += 1
