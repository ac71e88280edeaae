"""Numbers that only grow, added up over all processes of this machine that ever counted.

A file of rows, one for each process that lives: it is the only one that writes there, so counting takes no lock that
another process could hold. A row is claimed by locking it. The system takes the lock back when the process ends,
however it ends, and the next one goes on counting in the same row: nothing is lost, and the file never has more rows
than there were processes at once.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import threading
from pathlib import Path

CELLS = 128

_CELL_SIZE = 8  # bytes
_ROW_SIZE = CELLS * _CELL_SIZE


class Tally:
    """A row of its own in the file, and the sums over all rows. One for each process and path."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        begin = self._claim() * _ROW_SIZE
        end = begin + _ROW_SIZE
        if os.fstat(self._file).st_size < end:  # Never truncated: another process may have its row behind.
            os.pwrite(self._file, bytes(_ROW_SIZE), begin)
        self._row = memoryview(mmap.mmap(self._file, end))[begin:].cast("Q")
        self._threads = threading.Lock()

    def add(self, cell: int) -> None:
        """Count one more."""
        with self._threads:
            self._row[cell] += 1

    def sums(self) -> list[int]:
        """For each cell, what all processes have counted."""
        # Read through the file that is open: closing another one would give up the lock on the row.
        rows = memoryview(os.pread(self._file, os.fstat(self._file).st_size, 0)).cast("Q")
        return [sum(rows[cell::CELLS]) for cell in range(CELLS)]

    def _claim(self) -> int:
        row = 0
        while True:
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, _ROW_SIZE, row * _ROW_SIZE)
                return row
            except (BlockingIOError, PermissionError):  # Another process has it.
                row += 1
