"""Numbers that only grow, added up over all processes of this machine that ever counted.

A process counts in its memory, and writes that down about once a second: counting takes no call of the system, no lock
that another process could hold, and no part of a disk that is full. What was not written yet is lost with a process
that is killed.

The file has a row for each process that lives, and a row is claimed by locking it. The system takes the lock back when
the process ends, however it ends, and the next one goes on counting in the same row: the file never has more rows than
there were processes at once.
"""

from __future__ import annotations

import fcntl
import os
import threading
from array import array
from collections.abc import Callable
from operator import add
from pathlib import Path

CELLS = 128

_CELL_SIZE = 8  # bytes
_ROW_SIZE = CELLS * _CELL_SIZE


class Tally:
    """A row of its own in the file, and the sums over all rows. One for each process and path."""

    def __init__(self, path: Callable[[], Path]) -> None:
        self._path = path
        self._counting, self._writing = threading.Lock(), threading.Lock()
        self._counts = [0] * CELLS  # From the claim on, with what earlier processes counted in the row.
        self._written = self._counts.copy()
        self._file: int | None = None
        self._begin: int | None = None  # Where the row is.

    def add(self, cell: int) -> None:
        """Count one more."""
        with self._counting:
            self._counts[cell] += 1

    def add_timed(self, cell: int, bucket: int, together: int, took: int) -> None:
        """Count one more in two cells, and how long it took in a third."""
        with self._counting:
            counts = self._counts
            counts[cell] += 1
            counts[bucket] += 1
            counts[together] += took

    def write_down(self) -> None:
        """Write what was counted, for everybody else to see. Raises OSError, and loses nothing by that."""
        with self._writing:
            if self._copy() == self._written:
                return
            file = self._open()
            if self._begin is None:
                self._begin = self._claim(file)
            counts = self._copy()
            os.pwrite(file, array("Q", counts).tobytes(), self._begin)
            self._written = counts

    def sums(self) -> list[int]:
        """For each cell, what all processes have counted. Raises OSError."""
        with self._writing:
            # Read through the file that is open: closing another one would give up the lock on the row.
            file = self._open()
            rows = _rows(os.pread(file, os.fstat(file).st_size, 0))
            if self._begin is not None:  # Its own row is in memory, and newer there.
                own = self._begin // _ROW_SIZE
                rows[own : own + 1] = []
            return [sum(cells) for cells in zip(self._copy(), *rows, strict=True)]

    def _copy(self) -> list[int]:
        with self._counting:
            return self._counts.copy()

    def _open(self) -> int:
        if self._file is None:
            path = self._path()
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._file

    def _claim(self, file: int) -> int:
        begin = 0
        while True:
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _ROW_SIZE, begin)
                break
            except (BlockingIOError, PermissionError):  # Another process has it.
                begin += _ROW_SIZE
        for row in _rows(os.pread(file, _ROW_SIZE, begin)):
            with self._counting:
                self._counts = list(map(add, self._counts, row))
        return begin


def _rows(data: bytes) -> list[list[int]]:
    """Each row's counts. The last one may be cut short."""
    cells = memoryview(data + bytes(-len(data) % _ROW_SIZE)).cast("Q").tolist()
    return [cells[begin : begin + CELLS] for begin in range(0, len(cells), CELLS)]
