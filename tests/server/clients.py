"""What clients do to a server, well-behaved or not, over plain sockets."""

from __future__ import annotations

import socket
import time

from tests.server.servers import Server

QUICKLY = 1.0  # seconds

ASK = b"GET /auth/verify/ HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n"
AND_CLOSE = ASK + b"Connection: close\r\n\r\n"
AND_KEEP = ASK + b"\r\n"


def connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=20)


def answer(connection: socket.socket) -> bytes:
    """One answer to ``/auth/verify/``, which has no body."""
    received = b""
    while not received.endswith(b"\r\n\r\n"):
        piece = connection.recv(65536)
        if not piece:
            break
        received += piece
    return received


def is_answered_quickly(server: Server) -> bool:
    began = time.monotonic()
    assert server.ask("GET", "/auth/verify/").status == 401
    return time.monotonic() - began < QUICKLY


def seconds_until_closed(connection: socket.socket) -> float:
    began = time.monotonic()
    assert connection.recv(1) == b""
    return time.monotonic() - began
