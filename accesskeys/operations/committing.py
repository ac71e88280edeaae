"""A transaction whose end all replicas know when it is left, so that none of them accepts what was taken away.

PostgreSQL waits for its synchronous standbys (``remote_apply``). One that is cut off would be waited for without an
end; but whoever asks it believes it for one lease at most, so after a lease the answer is true without it. The argument
is in docs/replicas.md.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, Error, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from accesskeys.core import conf
from accesskeys.core.database_errors import reason
from accesskeys.core.standbys import waited_for

LOOK = 0.1  # seconds between two looks at a commit that takes long
MARGIN = 1.02, 0.1  # times, and seconds: clocks of two machines do not run quite alike

logger = logging.getLogger("accesskeys.replica")

# Nobody asks a standby under a lease who has not told the primary so meanwhile, and a lease takes a minute at most.
_IN_USE = """
    SELECT standby, lease_seconds FROM accesskeys_heartbeat
    WHERE abs(extract(epoch FROM clock_timestamp() - beaten_at)) < 600
"""


@contextmanager
def known_everywhere(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """The transaction of an operation. ``durable``: no outer one can take it back after the answer has gone."""
    connection = connections[using]
    commit = _Commit(connection)
    try:
        with transaction.atomic(using, durable=True):
            yield
            if connection.vendor == "postgresql":
                commit.begin()
    finally:
        commit.end()
    commit.wait_for_those_that_do_not_confirm()


class _Commit:
    """The end of one transaction on PostgreSQL."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection
        self._process = 0
        self._unconfirmed = 0  # Seconds for which some are believed that it does not wait for.
        self._deciding = threading.Lock()
        self._is_over = threading.Event()

    def begin(self) -> None:
        """Ask for what is waited for. The last statement before the commit."""
        with self._connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('synchronous_commit', 'remote_apply', true), "
                "current_setting('synchronous_standby_names'), pg_backend_pid()"
            )
            _, names, self._process = cursor.fetchone()
            cursor.execute(_IN_USE)
            in_use = cursor.fetchall()
        confirming = waited_for(names)
        self._unconfirmed = max(
            (lease for name, lease in in_use if name.lower() not in confirming), default=0
        )
        if names:
            # PostgreSQL waits for those as well that nobody asks, or that have been away for longer than that.
            lease = max((lease for _, lease in in_use), default=conf.replica_lease())
            threading.Thread(target=self._watch, args=[_whole(lease)], name="commit", daemon=True).start()

    def end(self) -> None:
        """It is committed, or not."""
        with self._deciding:
            self._is_over.set()

    def wait_for_those_that_do_not_confirm(self) -> None:
        """A standby that PostgreSQL was told to wait for no longer may be believed for as long as its lease runs."""
        if self._unconfirmed:
            logger.warning(
                "A standby that is in use is not in synchronous_standby_names: its lease is waited for"
            )
            time.sleep(_whole(self._unconfirmed))

    def _watch(self, seconds: float) -> None:
        """Wait a whole lease from when the commit is written, and then for the standbys no longer."""
        if self._is_over.wait(LOOK):
            return
        observer = self._connection.copy()
        try:
            while not self._waits_for_standbys(observer):
                if self._is_over.wait(LOOK):
                    return
            if not self._is_over.wait(seconds):
                self._give_up(seconds)
        except Error as error:
            logger.error("A commit that waits for a standby cannot be looked after: %s", reason(error))
        finally:
            observer.close()

    def _waits_for_standbys(self, observer: Any) -> bool:
        with observer.cursor() as cursor:
            cursor.execute("SELECT wait_event FROM pg_stat_activity WHERE pid = %s", [self._process])
            row = cursor.fetchone()
        return row is not None and row[0] == "SyncRep"

    def _give_up(self, seconds: float) -> None:
        with self._deciding:
            if not self._is_over.is_set():
                self._connection.connection.cancel()  # PostgreSQL keeps what is committed.
                logger.error(
                    "A standby has not confirmed a change within %.1f s. Its lease has ended", seconds
                )


def _whole(lease: float) -> float:
    times, more = MARGIN
    return lease * times + more
