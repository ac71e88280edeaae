"""When a key was last used: noted in memory by a decision, written down behind it.

A decision waits for nothing but its own read, so whatever holds up a write holds up no key. Those that are noted and
not yet written are lost where a process is killed, or the database is away for long. See docs/decisions/0023.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from typing import ClassVar, NamedTuple, cast
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, Error, connections, router

from accesskeys.core import conf
from accesskeys.core.database_errors import reason
from accesskeys.models import AccessKey, Presented
from accesskeys.verification.last_use_rows import Use, Which, update, update_unlocked

BATCH = 500  # rows in one transaction, which keeps others waiting for some milliseconds
MOST = 50_000  # wait at once to be written down; more are forgotten until the next use
LONGEST_PAUSE = 60.0  # seconds, after failures in a row
IDLE = 60.0  # seconds, after which the connection is given back
PATIENCE_AT_THE_STOP = 3.0  # seconds
FIRST_USE_PATIENCE = 0.25  # seconds

logger = logging.getLogger("accesskeys.authentication")


def record_use(access_key: AccessKey, at: datetime) -> None:
    """Remember that the key was used: written down once a minute at most.

    A moment that lies ahead by more than a minute was left by a clock that was wrong, and is corrected.
    """
    presented = access_key.presented
    last = presented.last_used_at if presented else access_key.last_used_at
    if last is None or abs(at - last) >= conf.LAST_USED_PRECISION:
        use = Use(access_key.pk, at, _which(presented))
        if conf.last_use_delay():
            _writer().note(use)
        else:
            _write_now([use])


def _which(presented: Presented | None) -> Which:
    if presented is None:
        return Which.ONLY
    return Which.NEXT if presented.is_next else Which.OLD


def record_first_use(access_key: AccessKey, at: datetime, *, address: str | None) -> None:
    """Remember that a next key was used for the first time: from then on the old one is in its grace.

    Written down before the request is answered, unless the database takes longer than a moment for it. Until it is,
    each use is a first one.
    """
    use = FirstUse(access_key, at, address)
    if conf.last_use_delay():
        _writer().note_first(use)
    else:
        FirstUses.write(use)


def flush() -> None:
    """Write down what is noted, as far as that takes a few seconds. For the stop of a server."""
    _writer().flush(PATIENCE_AT_THE_STOP)


def _write_now(uses: list[Use]) -> None:
    try:
        update(connections[_alias()], uses)
    except Error as error:
        logger.warning("The last use of access key %s is not written down: %s", uses[0].pk, reason(error))


def _alias() -> str:
    return router.db_for_write(AccessKey) or DEFAULT_DB_ALIAS


class FirstUse(NamedTuple):
    """The first use of a next key: whose, when, and where from."""

    access_key: AccessKey
    at: datetime
    address: str | None


class FirstUses:
    """They change a rotation and are in the audit log: operations, a room that verification does not enter.

    ``apps`` brings the two together. Whether it is written down, or there is nothing left to write.
    """

    write: ClassVar[Callable[[FirstUse], bool]]


class _Writer:
    """The one thread of a process that writes last uses down. It begins with the first of them."""

    def __init__(self) -> None:
        self._noted: dict[tuple[UUID, Which], Use] = {}
        self._first: dict[UUID, FirstUse] = {}
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._awaited = threading.Event()  # There is something to write down.
        self._hurried = threading.Event()  # Somebody waits for it.
        self._tried = threading.Event()

    def note(self, use: Use) -> None:
        """Keep it in memory, unless this key waits already. Blocks nobody."""
        if (use.pk, use.which) in self._noted or len(self._noted) >= MOST:
            return
        self._noted[use.pk, use.which] = use
        self._begin()

    def note_first(self, use: FirstUse) -> None:
        """Keep it in memory, and wait a moment until it is written down: others are to know of it at once."""
        if use.access_key.pk in self._first or len(self._first) >= MOST:
            return
        self._first[use.access_key.pk] = use
        self._begin()
        self._hurry(FIRST_USE_PATIENCE)

    def _begin(self) -> None:
        if not self._awaited.is_set():
            self._awaited.set()
        if self._thread is None:
            # Where no thread can be had, it waits for the next use.
            with self._starting, suppress(RuntimeError):
                self._thread = self._thread or self._start()

    def flush(self, seconds: float) -> None:
        """Return when all is written down, or the time is over."""
        until = time.monotonic() + seconds
        for _ in range(2):  # What was noted while the first was under way is in the second.
            if self._noted or self._first:
                self._hurry(until - time.monotonic())

    def _hurry(self, seconds: float) -> None:
        self._tried.clear()
        self._hurried.set()
        self._tried.wait(seconds)

    def _start(self) -> threading.Thread:
        thread = threading.Thread(target=self._run, name="last-uses", daemon=True)
        thread.start()
        return thread

    def _run(self) -> None:
        pause = conf.last_use_delay()
        while True:
            if not self._awaited.wait(IDLE):
                connections[_alias()].close()
                self._awaited.wait()
            self._hurried.wait(pause)
            self._hurried.clear()
            self._awaited.clear()
            pause = conf.last_use_delay() if self._write() else min(max(2 * pause, 1.0), LONGEST_PAUSE)
            if self._noted or self._first:
                self._awaited.set()
            self._tried.set()

    def _write(self) -> bool:
        """Whether it could be done. What was written, or is gone, is noted no longer."""
        connection = connections[_alias()]
        try:
            for first in self._first.copy().values():
                if FirstUses.write(first):
                    del self._first[first.access_key.pk]
            for batch in _batches(self._noted.copy()):
                for use in update_unlocked(connection, batch):
                    del self._noted[use.pk, use.which]
        except Exception as error:  # noqa: BLE001  Without this thread, none would be written any more.
            connection.close()
            logger.warning("Last uses wait to be written down: %s", reason(cast(Error, error)))
            return False
        return True


def _batches(noted: dict[tuple[UUID, Which], Use]) -> Iterable[list[Use]]:
    # In one order, as everybody who locks several rows.
    uses = sorted(noted.values())
    return (uses[start : start + BATCH] for start in range(0, len(uses), BATCH))


@lru_cache
def _writer() -> _Writer:
    return _Writer()


atexit.register(flush)
# The threads of the parent are not in its child, and what it has noted it writes down itself.
os.register_at_fork(after_in_child=_writer.cache_clear)
