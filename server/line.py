"""All requests that are not about a key take turns in a few threads, and give way to those that are."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue

from gunicorn.http.message import Request

from server.connections import Connection

THREADS = 4
MOST_WAIT = 64  # More hear at once that we are busy.
LONGEST_WAIT = 10.0  # seconds; nobody is there any more after that
REST = 7  # Times as long as a request took, its thread rests while keys are asked about.
LONGEST_REST = 0.25  # seconds
LONGEST_TURN = 0.1  # seconds that one page keeps another from going on, such as by waiting for the database
MOMENT = 0.0005  # seconds

Answer = Callable[[Connection, Request], None]


class Turn:
    """Which of the threads for pages goes on: one at a time, for Python lets no two, and a key would wait for each.

    A courtesy, and no lock: whoever has waited for a moment goes on as well.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mine = threading.local()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """While a page is made."""
        self._take()
        try:
            yield
        finally:
            self._give_back()

    def pass_on(self) -> None:
        """Between the pieces of an answer, let another thread go on first."""
        if self._give_back():
            time.sleep(MOMENT)  # Who gives back a lock and asks for it at once has it again.
            self._take()

    def _take(self) -> None:
        self._mine.held = self._lock.acquire(timeout=LONGEST_TURN)

    def _give_back(self) -> bool:
        held = getattr(self._mine, "held", False)
        if held:
            self._mine.held = False
            self._lock.release()
        return held


TURN = Turn()  # Of each process.


class Line:
    """Those that wait, and what the threads at the head of the line do."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[tuple[Connection, Request, float]] = SimpleQueue()
        self.decisions = (
            0  # About keys, which somebody else counts here: whether there are any is all that matters.
        )

    def wait(self, conn: Connection, request: Request) -> bool:
        """Stand in line; returns whether there was room."""
        if self._waiting.qsize() >= MOST_WAIT:
            return False
        self._waiting.put((conn, request, time.monotonic()))
        return True

    def serve(self, answer: Answer, refuse: Answer) -> None:
        """What each thread does, for ever. ``refuse`` is for those that have waited too long."""
        while True:
            conn, request, since = self._waiting.get()
            decisions, began = self.decisions, time.thread_time()
            with TURN.taken():
                (refuse if since + LONGEST_WAIT < time.monotonic() else answer)(conn, request)
            if self.decisions != decisions:
                time.sleep(min(REST * (time.thread_time() - began), LONGEST_REST))
