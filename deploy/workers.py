"""The server's worker. gunicorn's own waits for ever for the end of a request, with a thread."""

from __future__ import annotations

import errno
import socket
import time
from contextlib import suppress
from typing import Any

from gunicorn.http.body import LengthReader
from gunicorn.workers.gthread import TConn, ThreadWorker

REQUEST_SECONDS = 10.0  # For a client to send a whole request.


class WholeBody(LengthReader):  # type: ignore[misc]
    """A body that raises where it ends before its announced length, and so is no request (RFC 9112, section 8).

    gunicorn's own ends there as if it were complete: half a name would be taken for a name.
    """

    def read(self, size: int) -> bytes:
        """Raises ConnectionResetError, which Django and gunicorn know."""
        expected = min(self.length, size)
        data: bytes = super().read(size)
        if len(data) < expected:
            raise ConnectionResetError(errno.ECONNRESET, "The body was cut short")
        return data


class PunctualWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types.
    """Hears a client no longer when its request takes too long; what was read till then ends as a request cut short.

    An answer that takes longer still goes out, and is the last one on its connection.
    """

    def init_process(self) -> None:
        self._deadlines: dict[TConn, float] = {}
        super().init_process()

    def handle(self, conn: TConn) -> Any:
        """Serve one request, in a thread of its own."""
        self._deadlines[conn] = time.monotonic() + REQUEST_SECONDS
        try:
            return super().handle(conn)
        finally:
            del self._deadlines[conn]

    def murder_pending(self) -> None:
        """What the main thread does once a second, at least."""
        super().murder_pending()
        now = time.monotonic()
        for conn, deadline in self._deadlines.copy().items():
            if deadline < now:
                with suppress(OSError):  # It has gone by itself.
                    conn.sock.shutdown(socket.SHUT_RD)
