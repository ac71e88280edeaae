"""Opening a connection, for no longer than a decision may take.

Drivers count in whole seconds, for each host that a name leads to, and look the name up before they count at all. So a
thread of its own opens it, and is left behind when the time is over.
"""

from __future__ import annotations

import threading
from typing import Any

from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper


def open_within(connection: BaseDatabaseWrapper, seconds: float) -> None:
    """Connect as Django does, or raise OperationalError when the time is over."""
    driver = _Opening(connection).result(seconds)
    # Django prepares it, tells everybody of it, and finds that it is open already.
    vars(connection)["get_new_connection"] = lambda _parameters: driver
    try:
        with connection.wrap_database_errors:
            connection.connect()
    finally:
        del vars(connection)["get_new_connection"]


class _Opening:
    """What a thread opens for somebody who may have gone when it is there."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        # Nobody else's: it may be used in the thread, and after we have gone.
        self._spare = connection.copy()
        self._spare.inc_thread_sharing()
        self._error: BaseException | None = None
        self._is_given_up = False
        self._handing_over = threading.Lock()
        self._is_done = threading.Event()
        threading.Thread(target=self._open, name="opening", daemon=True).start()

    def result(self, seconds: float) -> Any:
        """The driver's connection."""
        self._is_done.wait(seconds)
        with self._handing_over:
            self._is_given_up = not self._is_done.is_set()
        if self._is_given_up:
            raise OperationalError("No connection to the database could be opened in time.")
        if self._error is not None:
            raise self._error
        return self._spare.connection

    def _open(self) -> None:
        spare = self._spare
        try:
            with spare.wrap_database_errors:
                spare.connection = spare.get_new_connection(spare.get_connection_params())
        except OSError as error:  # psycopg has no descriptor left to wait with, and calls it nothing else.
            self._error = OperationalError(str(error))
        except Exception as error:  # noqa: BLE001  Raised again where it is waited for.
            self._error = error
        with self._handing_over:
            self._is_done.set()
            if self._is_given_up:
                spare.close()
