"""The one thread of a process that finds out, each second, how recent the replica is."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from django.db import DEFAULT_DB_ALIAS, Error, connections, router

from accesskeys.core import conf, steady
from accesskeys.core.database_errors import reason
from accesskeys.core.standbys import waited_for
from accesskeys.models import AccessKey
from accesskeys.verification.replica.lease import Beat, Lease
from accesskeys.verification.replica.standing import Standing, State

BEATS = 5  # in each lease, so that one that is late does no harm
LOOKS = 5  # at the replica for each beat
MOMENT = 0.01  # seconds between them

logger = logging.getLogger("accesskeys.replica")

RECENT = "The replica is recent, and is asked about keys"

NAME = "SELECT current_setting('cluster_name')"
_BEAT = """
    INSERT INTO accesskeys_heartbeat AS beat (standby, lease_seconds, number, beaten_at)
    VALUES (%s, %s, 1, clock_timestamp())
    ON CONFLICT (standby, lease_seconds) DO UPDATE SET number = beat.number + 1, beaten_at = clock_timestamp()
    RETURNING number, current_setting('synchronous_standby_names')
"""
_SEEN = """
    SELECT pg_is_in_recovery(),
    coalesce((SELECT number FROM accesskeys_heartbeat WHERE standby = %s AND lease_seconds = %s), 0)
"""


_LEVELS = {State.LEASED: logging.INFO, State.UNUSABLE: logging.ERROR}


class Unusable(Exception):
    """Why the replica is not asked, in a sentence."""


class Unreachable(Error):
    """The replica has not answered; the primary may be well."""


class Beating:
    """It begins with the first decision. While it cannot do its work, the lease runs out by itself."""

    def __init__(self) -> None:
        self.lease = Lease(conf.replica_lease())
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._last = Standing(State.LAPSED, "")  # As it was found, and told to the log.

    @property
    def standing(self) -> Standing:
        """Now. Whoever hangs says nothing, and its lease runs out meanwhile."""
        if self.lease.runs(steady.seconds()):
            return Standing(State.LEASED, RECENT)
        if self._last.state is State.LEASED or not self._last.told:
            return Standing(State.LAPSED, "Nothing recent was heard of the replica")
        return self._last

    def begin(self) -> None:
        """Have the thread run."""
        if self._thread is None:
            with self._starting:
                self._thread = self._thread or self._start()

    def _start(self) -> threading.Thread:
        thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
        thread.start()
        return thread

    def _run(self) -> None:
        while beating() is self:
            began = steady.seconds()
            self._try()
            time.sleep(max(0.0, began + self.lease.seconds / BEATS - steady.seconds()))

    def _try(self) -> None:
        try:
            found = look(self.lease)
        except Exception:  # The thread is needed for the next one.
            logger.exception("How recent the replica is cannot be found out")
            return
        if found != self._last:  # Told once, until it is another.
            self._last = found
            logger.log(_LEVELS.get(found.state, logging.WARNING), "%s", found.told)


def look(lease: Lease) -> Standing:
    """Beat once, and say where the replica stands."""
    try:
        beat(lease)
    except Unusable as why:
        lease.end()
        return Standing(State.UNUSABLE, f"The replica is not asked. {why}")
    except Error as error:
        for alias in (_primary(), conf.replica()):
            connections[alias].close()  # type: ignore[index]  # There is one, or nobody would look.
        state = State.UNREACHABLE if isinstance(error, Unreachable) else State.LAPSED
        return Standing(state, f"How recent the replica is cannot be found out: {reason(error)}")
    if lease.runs(steady.seconds()):
        return Standing(State.LEASED, RECENT)
    return Standing(State.LAPSED, "The replica lags, and is not asked until it has caught up")


def beat(lease: Lease) -> None:
    """Ask the primary for one, and the replica what it has seen of them. Raises Unusable, and what databases raise."""
    alias = conf.replica()
    primary, replica = connections[_primary()], connections[alias]  # type: ignore[index]
    with _of_replica(), replica.cursor() as cursor:
        cursor.execute(NAME)
        (standby,) = cursor.fetchone()
    lease.of(standby)
    with primary.cursor() as cursor:
        # It must not wait for a standby itself: it is there to find out which ones are away.
        cursor.execute("SELECT set_config('synchronous_commit', 'local', false)")
        at = steady.seconds()
        cursor.execute(_BEAT, [standby, lease.seconds])
        number, names = cursor.fetchone()
    if standby.lower() not in waited_for(names):
        raise Unusable(
            f"PostgreSQL does not wait for it when a key is revoked: name it {standby or '(cluster_name is empty)'} in "
            "synchronous_standby_names of the primary, which must wait for all that it names."
        )
    lease.began(Beat(number, at))
    with _of_replica(), replica.cursor() as cursor:
        for _ in range(LOOKS):
            cursor.execute(_SEEN, [standby, lease.seconds])
            is_standby, seen = cursor.fetchone()
            if not is_standby:
                raise Unusable("It is no standby any more.")
            lease.seen(seen)
            if seen >= number:
                return
            time.sleep(MOMENT)


@contextmanager
def _of_replica() -> Iterator[None]:
    try:
        yield
    except Error as error:
        raise Unreachable(*error.args) from error


def _primary() -> str:
    return router.db_for_write(AccessKey) or DEFAULT_DB_ALIAS


@lru_cache
def beating() -> Beating:
    """The one of this process."""
    return Beating()


# The thread of the parent is not in its child.
os.register_at_fork(after_in_child=beating.cache_clear)
