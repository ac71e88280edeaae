"""Sockets that nobody waits for: what a client does not take at once is kept for it, and sent when it does."""

from __future__ import annotations

import errno
import socket
import struct
import threading
import time
from contextlib import suppress
from tempfile import SpooledTemporaryFile
from typing import Any

MEMORY_BYTES = 1 << 16  # Of an answer; what is more waits in a file that has no name.
MOST_BYTES = 1 << 30  # Of all answers of this process together.
PIECE = 1 << 16
SHORT = 1 << 12  # What is shorter waits for what comes next: headers and body are one packet.

_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: hang up with a reset.


class Unsent:
    """The end of an answer, until its client takes it."""

    _threads = threading.Lock()
    _waiting = 0  # bytes, of all answers

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(MEMORY_BYTES)  # noqa: SIM115  It is closed below.
        self._taken = 0
        self.size = 0

    def add(self, data: bytes | memoryview) -> None:
        """Keep this behind what is kept already. Raises OSError where there is no room for it."""
        if Unsent._waiting + len(data) > MOST_BYTES:
            raise OSError(errno.ENOBUFS, "Too much waits for slow clients")
        self._file.seek(self._taken + self.size)
        self._file.write(data)
        self._count(len(data))

    def first(self) -> bytes:
        """The next piece to send."""
        self._file.seek(self._taken)
        return self._file.read(PIECE)

    def take(self, size: int) -> None:
        """So much of it is sent."""
        self._count(-size)
        self._taken += size

    def close(self) -> None:
        """Forget what is left."""
        self._count(-self.size)
        self._file.close()

    def _count(self, size: int) -> None:
        self.size += size
        with self._threads:
            Unsent._waiting += size


class PatientSocket(socket.socket):
    """A client's. Sending never waits, however slow the client is. One thread has it at a time."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._unsent: Unsent | None = None
        self._begun = b""
        self.progressed = 0.0  # When something was last sent, or kept, of the monotonic clock.
        self.is_given_up = False

    @property
    def unsent(self) -> int:
        """How many bytes wait for the client."""
        return self._unsent.size if self._unsent else 0

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Send what the client takes now, and keep the rest. ``flush`` is the end of an answer."""
        if self.is_given_up:
            raise ConnectionAbortedError(errno.ECONNABORTED, "The answer took too long")
        self.progressed = time.monotonic()
        if self._begun:
            data = self._begun + data
        if len(data) < SHORT:
            self._begun = data
        else:
            self._begun = b""
            self.put(data)

    def flush(self) -> None:
        """Send what was too short to be sent by itself. Raises OSError."""
        if self._begun:
            data, self._begun = self._begun, b""
            self.put(data)

    def put(self, data: bytes | memoryview) -> None:
        """Send, or keep, what is to be a packet of its own. Raises OSError."""
        if self._unsent is None:
            sent = self._send(data)
            if sent == len(data):
                return
            self._unsent, data = Unsent(), memoryview(data)[sent:]
        self._unsent.add(data)
        self.send_more()

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        """A file of ours, all of which fits into memory."""
        file.seek(offset)
        data = file.read(-1 if count is None else count)
        self.sendall(data)
        return len(data)

    def send_more(self) -> bool:
        """Send what the client takes now of what was kept; returns whether nothing is left. Raises OSError."""
        while self._unsent is not None:
            if not self._unsent.size:
                self._forget()
                break
            sent = self._send(self._unsent.first())
            if not sent:
                return False
            self.progressed = time.monotonic()
            self._unsent.take(sent)
        return True

    def abort(self) -> None:
        """Hang up in a way that nobody takes for the end of an answer: with a reset (RFC 9293, section 3.10.7)."""
        with suppress(OSError):
            self.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self.close()

    def close(self) -> None:
        self._forget()
        super().close()

    def _send(self, data: bytes | memoryview) -> int:
        try:
            return self.send(data, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return 0

    def _forget(self) -> None:
        if self._unsent is not None:
            self._unsent.close()
            self._unsent = None
