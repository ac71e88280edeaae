"""The load: 16 connections that each send the next request when they have the answer to the last.

wrk, where it is installed; else a client of our own. One run uses the same for every row.
"""

from __future__ import annotations

import selectors
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

CONNECTIONS = 16


class Load(NamedTuple):
    """What came back: requests answered, in how many seconds, and how many of them were refused (400 and above)."""

    requests: int
    seconds: float
    refused: int


Client = Callable[[int, str, Sequence[str], int], Load]  # port, path, Authorization headers, seconds


def client() -> tuple[str, Client]:
    """The client to use, and what it is called."""
    return ("wrk", _wrk) if shutil.which("wrk") else ("the bundled client (wrk is not installed)", _bundled)


def _wrk(port: int, path: str, headers: Sequence[str], seconds: int) -> Load:
    script = Path(__file__).with_name("wrk.lua")
    with tempfile.NamedTemporaryFile("w", prefix="headers-") as file:
        file.write("\n".join(headers) + "\n")
        file.flush()
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script)]
        command += [f"http://127.0.0.1:{port}{path}", "--", file.name]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    figures = next(line for line in output.splitlines() if line.startswith("measured ")).split()[1:]
    requests, microseconds, refused, broken = map(int, figures)
    if broken:
        raise RuntimeError(f"{broken} requests to {path} were not answered")
    return Load(requests, microseconds / 1e6, refused)


def _bundled(port: int, path: str, headers: Sequence[str], seconds: int) -> Load:
    requests = cycle(_request(path, header) for header in headers)
    answered = refused = 0
    with selectors.DefaultSelector() as selector:
        for _ in range(CONNECTIONS):
            connection = socket.create_connection(("127.0.0.1", port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection, selectors.EVENT_READ)
            connection.sendall(next(requests))
        start = time.perf_counter()
        while (elapsed := time.perf_counter() - start) < seconds:
            for ready, _ in selector.select(timeout=1):
                connection = ready.fileobj  # type: ignore[assignment]
                answered += 1
                refused += _status(connection) >= 400
                connection.sendall(next(requests))
        for ready in list(selector.get_map().values()):
            ready.fileobj.close()  # type: ignore[union-attr]
    return Load(answered, elapsed, refused)


def _request(path: str, header: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {header}\r\n\r\n".encode()


def _status(connection: socket.socket) -> int:
    """Read one whole answer and return its status."""
    answer = b""
    while (end := answer.find(b"\r\n\r\n")) < 0:
        answer += _received(connection)
    head = answer[:end].decode("latin-1")
    length = end + 4 + next(_lengths(head), 0)
    while len(answer) < length:
        answer += _received(connection)
    return int(head.split(" ", 2)[1])


def _received(connection: socket.socket) -> bytes:
    piece = connection.recv(65536)
    if not piece:
        raise RuntimeError("The server closed a connection")
    return piece


def _lengths(head: str) -> Iterator[int]:
    for line in head.splitlines():
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            yield int(value)
