"""How long the gate takes to answer programs that ask at a steady pace. Run as a process of its own."""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from collections.abc import Sequence
from statistics import quantiles
from typing import NamedTuple

PROGRAMS = 4
PACE = 0.01  # seconds between two questions of one program


class Latency(NamedTuple):
    """Of the answers in one round, in milliseconds, and how many were no 200."""

    median: float
    p99: float
    longest: float
    asked: int
    failed: int


def ask(port: int, keys: Sequence[str], seconds: float) -> Latency:
    """Ask for so many seconds, over one kept connection for each key. A late answer makes no later question late."""
    begin = time.perf_counter()
    taken: list[float] = []
    failed = 0
    with selectors.DefaultSelector() as selector:
        due = {}
        for number, key in enumerate(keys):
            due[_connect(port)] = (begin + number * PACE / len(keys), _question(key))
        asked_at: dict[socket.socket, float] = {}
        while (now := time.perf_counter()) < begin + seconds or asked_at:
            if now > begin + seconds + 30:
                failed += len(asked_at)
                break
            for connection, (when, question) in due.items():
                if connection not in asked_at and when <= now < begin + seconds:
                    connection.sendall(question)
                    asked_at[connection] = when
                    selector.register(connection, selectors.EVENT_READ)
            for ready, _ in selector.select(0.001):
                connection = ready.fileobj  # type: ignore[assignment]
                selector.unregister(connection)
                answer = _answer(connection)
                now = time.perf_counter()
                taken.append((now - asked_at.pop(connection)) * 1e3)
                failed += not answer.startswith(b"HTTP/1.1 200 ")
                when, question = due.pop(connection)
                if b"Connection: keep-alive" not in answer:
                    connection.close()
                    connection = _connect(port)
                due[connection] = (max(when + PACE, now - PACE), question)
        for connection in due:
            connection.close()
    cuts = quantiles(taken, n=100)
    return Latency(cuts[49], cuts[98], max(taken), len(taken), failed)


def _connect(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _answer(connection: socket.socket) -> bytes:
    """Empty where the server has hung up."""
    try:
        return connection.recv(65536)
    except OSError:
        return b""


def _question(key: str) -> bytes:
    return f"GET /auth/verify/ HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {key}\r\n\r\n".encode()


if __name__ == "__main__":
    wanted = json.load(sys.stdin)
    print(json.dumps(ask(**wanted)))
