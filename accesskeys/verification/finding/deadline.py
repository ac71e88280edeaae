"""A decision waits for the database no longer than ``DECISION_TIMEOUT``, whatever the database does meanwhile.

libpq waits for an answer as long as it takes. Its asynchronous calls could stop waiting, and let the lock of the
interpreter go four times for each question instead of once; so it is left to wait, and who waits too long has the line
cut by a thread that looks after all of them. A connection that was cut never answers again: nobody gets what another
one asked for. See docs/decisions/0024.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import suppress
from functools import lru_cache

from django.db import Error, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from accesskeys.core import conf

AGAIN = 0.05  # seconds, until a line that is not open yet is looked at again


class Wait:
    """One decision that waits for the database, until its time is over."""

    __slots__ = ("connection", "seconds", "until")

    def __init__(self, connection: BaseDatabaseWrapper, seconds: float) -> None:
        self.connection = connection
        self.seconds = seconds
        self.until = time.monotonic() + seconds

    @property
    def seconds_left(self) -> float:
        """None, or less, when its time is over."""
        return self.until - time.monotonic()


class Watch:
    """The thread that cuts lines. It begins with the first decision, and wakes when one is due, or might be."""

    def __init__(self) -> None:
        self._waits: set[Wait] = set()
        self._cutting = threading.Lock()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def begin(self, wait: Wait) -> None:
        """Look after it from now on."""
        self._waits.add(wait)
        if self._thread is None:
            with self._starting:
                self._thread = self._thread or self._start()

    def end(self, wait: Wait) -> None:
        """Leave its line alone from now on. Raises OperationalError where it was cut, and closes what is left of it."""
        try:
            self._waits.remove(wait)  # Whoever takes it out, it or the thread, has it: no lock is needed.
        except KeyError:
            self.close(wait.connection)
            raise OperationalError("The line was cut.") from None

    def close(self, connection: BaseDatabaseWrapper) -> None:
        """Close it in the middle of a wait: its number in the system may be another line's at once."""
        with self._cutting:
            connection.close()

    def _start(self) -> threading.Thread:
        thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
        thread.start()
        return thread

    def _run(self) -> None:
        while True:
            time.sleep(self._look_after_all())

    def _look_after_all(self) -> float:
        """The seconds until one is due. One that begins while this thread sleeps cannot be due before it wakes."""
        soonest = conf.decision_timeout()
        for wait in self._waits.copy():
            left = wait.seconds_left
            if left <= 0 and self._cut(wait):
                continue
            soonest = min(soonest, max(left, AGAIN))
        return soonest

    def _cut(self, wait: Wait) -> bool:
        """Whether there was a line. While one is being opened, the wait for that has an end of its own."""
        with self._cutting:
            driver = wait.connection.connection
            if driver is None:
                return False
            try:
                self._waits.remove(wait)
            except KeyError:  # It has just been answered.
                return True
            with suppress(OSError, Error), wait.connection.wrap_database_errors:
                # A number of our own for the same line, so that closing it leaves the driver's alone.
                line = socket.socket(fileno=os.dup(driver.pgconn.socket))
                line.shutdown(socket.SHUT_RDWR)
                line.close()
            return True


@lru_cache
def watch() -> Watch:
    """The one of this process."""
    return Watch()


# The thread of the parent is not in its child.
os.register_at_fork(after_in_child=watch.cache_clear)
