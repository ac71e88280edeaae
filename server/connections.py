"""A client's connection, and how much of its next request has come."""

from __future__ import annotations

import socket
import time
from enum import IntEnum
from os import SEEK_END
from typing import Any

from gunicorn.http.body import ChunkedReader, LengthReader
from gunicorn.http.errors import LimitRequestHeaders
from gunicorn.http.message import Request
from gunicorn.workers.gthread import TConn

from server.chunks import Chunks
from server.sockets import PatientSocket

HEAD_BYTES = 72 * 1024  # Of a request line and headers; more is refused.
BODY_BYTES = 64 * 1024  # Of a body; of more, nobody reads anything.
PIECE = 1 << 13  # Memory is taken for all of it, and requests are short.


class Stage(IntEnum):
    """What a connection waits for."""

    SILENT = 0  # Its first byte.
    KEPT = 1  # Another request.
    PARTING = 2  # That the client hangs up.
    ARRIVING = 3  # The rest of a request.
    OUTGOING = 4  # That the client takes the rest of an answer.
    QUEUED = 5  # The same; it has asked for more already.


class Connection(TConn):  # type: ignore[misc]  # gunicorn has no types.
    """A connection that costs no thread while it waits for its client."""

    sock: PatientSocket

    def __init__(self, cfg: Any, sock: socket.socket, client: Any, server: Any) -> None:
        patient = PatientSocket(sock.family, sock.type, sock.proto, fileno=sock.detach())
        super().__init__(cfg, patient, client, server)
        self.init()
        self.stage = Stage.SILENT
        self.since = time.monotonic()  # It waits at this stage.
        self.request: Request | None = None  # Its head has come.
        self.is_whole = False  # So has its body. If not, a thread has to wait for it.
        self.is_kept = False
        self.is_over = False  # The client says no more. It may still listen.
        self._chunks: Chunks | None = None

    def receive(self) -> None:
        """Take what has come. Raises OSError."""
        try:
            data = self.sock.recv(PIECE, socket.MSG_DONTWAIT)
        except BlockingIOError:  # What there is has been read with the last request.
            return
        self.is_over = not data
        buffer = self.parser.unreader.buf
        buffer.seek(0, SEEK_END)
        buffer.write(data)

    def next_request(self) -> Request | None:
        """The next request, once it can be answered without waiting; raises what gunicorn makes of one that is none."""
        if self.request is None:
            if not self._is_head_whole(self.parser.unreader.buf.getvalue()):
                return None
            self.request = next(self.parser)
            self._chunks = None
        self.is_whole = self._is_body_whole(self.request)
        if not (self.is_whole or self._is_not_waited_for(self.request)):
            return None
        request, self.request = self.request, None
        return request

    def drain(self) -> bool:
        """Drop what the client still says; returns whether it has not hung up."""
        try:
            return bool(self.sock.recv(PIECE, socket.MSG_DONTWAIT))
        except BlockingIOError:
            return True
        except OSError:
            return False

    @property
    def has_begun_another(self) -> bool:
        """Whether more has been read than was answered."""
        return self._read_ahead > 0

    @property
    def _read_ahead(self) -> int:
        size: int = self.parser.unreader.buf.getbuffer().nbytes
        return size

    def _is_head_whole(self, data: bytes) -> bool:
        """Whether gunicorn can tell what it is without reading more."""
        if b"\r\n\r\n" in data:
            return True
        if b"\r\n" not in data[2:] and len(data) - 2 > self.cfg.limit_request_line:
            return True  # And too long.
        if len(data) > HEAD_BYTES:
            raise LimitRequestHeaders("limit request headers size")
        return data.count(b"\n") != data.count(b"\r\n")  # Such a line ends nothing, so it never will be.

    def _is_body_whole(self, request: Request) -> bool:
        reader = request.body.reader
        if isinstance(reader, LengthReader):
            return not reader.length or bool(self._read_ahead >= reader.length)
        self._chunks = self._chunks or Chunks()
        return self._chunks.are_whole(self.parser.unreader.buf.getvalue())

    def _is_not_waited_for(self, request: Request) -> bool:
        """Whether its answer does not depend on the rest, or the rest on an answer."""
        if request._expected_100_continue or self.is_over:
            return True
        reader = request.body.reader
        length: int = self._read_ahead if isinstance(reader, ChunkedReader) else reader.length
        return length > BODY_BYTES
