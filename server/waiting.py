"""Where connections wait for their clients, without a thread."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterator
from contextlib import suppress

from server.connections import Connection, Stage

JUST_NOW = 1.0  # seconds
AT_ONCE = 20

# Whoever is told of a connection has it alone, until it waits again.
_IF_READABLE = select.EPOLLIN | select.EPOLLONESHOT
_IF_WRITABLE = select.EPOLLOUT | select.EPOLLONESHOT


class WaitingRoom:
    """All connections that nobody has, by file descriptor. Whoever takes one out of ``waiting`` has it alone."""

    def __init__(self) -> None:
        self.waiting: dict[int, Connection] = {}
        self._ready = select.epoll()

    def admit(self, conn: Connection) -> None:
        """Let a new connection wait for its first byte."""
        self.waiting[conn.sock.fileno()] = conn
        self._ready.register(conn.sock, _IF_READABLE)

    def wait(self, conn: Connection, stage: Stage, timeout: float, *, to_send: bool = False) -> None:
        """Let a connection wait at this stage, until this moment of the monotonic clock."""
        if stage is not conn.stage:
            conn.stage, conn.since = stage, time.monotonic()
        conn.timeout = timeout
        descriptor = conn.sock.fileno()
        self.waiting[descriptor] = conn
        with suppress(OSError):  # It was overdue, and the main thread has closed it.
            self._ready.modify(descriptor, _IF_WRITABLE if to_send else _IF_READABLE)

    def next(self) -> Iterator[Connection]:
        """Wait for something to happen, and take the connection that it happened to."""
        for descriptor, _ in self._ready.poll(maxevents=1):
            if conn := self.waiting.pop(descriptor, None):
                yield conn

    def overdue(self, now: float) -> Iterator[Connection]:
        """Take those whose time is over."""
        for descriptor, conn in self.waiting.copy().items():
            if conn.timeout < now and not _has_asked(conn) and self.waiting.pop(descriptor, None):
                yield conn

    def least_missed(self) -> Iterator[Connection]:
        """Take those that are missed least: one, or some that are not missed at all, so that a flood costs little."""
        waiting, now = self.waiting.copy(), time.monotonic()
        worth = {descriptor: _worth(conn, now) for descriptor, conn in waiting.items()}
        taken = 0
        for descriptor in sorted(worth, key=worth.__getitem__):
            if taken and (taken == AT_ONCE or worth[descriptor] > (1,)):
                return
            if not _has_asked(waiting[descriptor]) and (conn := self.waiting.pop(descriptor, None)):
                taken += 1
                yield conn


def _worth(conn: Connection, now: float) -> tuple[int, float]:
    """First those that have not brought a whole request for a while, the oldest first; those that take an answer last.

    Whoever has just come, and is about to ask, goes after those. A first byte makes no difference: it would be cheap.
    """
    match conn.stage:
        case Stage.SILENT | Stage.ARRIVING:
            rank = 0 if now - conn.since > JUST_NOW else 2
        case Stage.PARTING:
            rank = 1
        case Stage.KEPT:
            rank = 3
        case _:
            rank = 4
    return rank, conn.since


def _has_asked(conn: Connection) -> bool:
    """Whether it waits for a request, and there is one that waits for a thread."""
    if conn.stage > Stage.KEPT:
        return False
    with suppress(OSError):
        return bool(conn.sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
    return False
