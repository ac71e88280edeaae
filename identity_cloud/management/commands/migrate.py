from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from django.core.management.commands import migrate
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

LOCK: Final = 0x1CA_ACCE55  # Among the advisory locks of the database, which mean something to us alone.
PAUSE: Final = 0.5  # seconds between two tries

TryLock = Callable[[], bool]


class Command(migrate.Command):
    """One at a time: the second that is started waits for the first, and then finds nothing left to do."""

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        lock = _lock_in_postgresql if connection.vendor == "postgresql" else _lock_beside_file
        with lock(connection) as try_lock:
            self._wait(try_lock)
            super().handle(*args, **options)

    def _wait(self, try_lock: TryLock) -> None:
        is_told = False
        while not try_lock():
            if not is_told:
                self.stderr.write("Another migrate is at work on this database; waiting for it to end.")
                is_told = True
            time.sleep(PAUSE)


@contextmanager
def _lock_in_postgresql(connection: BaseDatabaseWrapper) -> Iterator[TryLock]:
    """A lock of a transaction, on a connection apart: one of a session would go astray behind PgBouncer.

    Nobody queues for it, and its transaction keeps no snapshot: indexes are finished when older snapshots are gone.
    """
    with closing(connection.copy()) as apart:
        apart.set_autocommit(False)
        with apart.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")

            def try_lock() -> bool:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
                return bool(cursor.fetchone()[0])

            yield try_lock


@contextmanager
def _lock_beside_file(connection: BaseDatabaseWrapper) -> Iterator[TryLock]:
    """A lock of the folder: to open the file itself, and close it again, would take SQLite's own locks away."""
    try:
        folder = os.open(Path(connection.settings_dict["NAME"]).parent, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:  # SQLite says what is wrong, if anything is.
        yield lambda: True
        return
    try:
        yield lambda: _locks(folder)
    finally:
        os.close(folder)


def _locks(folder: int) -> bool:
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
