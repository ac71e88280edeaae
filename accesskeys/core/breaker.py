"""Whoever waited in vain tells the others: for a while, nobody waits for a part that hangs."""

from __future__ import annotations

import threading
import time

PAUSE = 1.0  # seconds


class Breaker:
    """One for each part that can hang: the database, the cache. Its threads share it, its processes do not.

    A part that refuses at once needs no breaker, since asking it costs nothing: report what was waited for.
    """

    def __init__(self, pause: float = PAUSE) -> None:
        self._pause = pause
        self._open_until = 0.0  # 0: closed. In seconds of the monotonic clock.
        self._threads = threading.Lock()

    def is_open(self) -> bool:
        """Whether to fail at once. After each pause one request hears no, and tries; the others go on failing."""
        if not self._open_until:
            return False
        with self._threads:
            now = time.monotonic()
            if now < self._open_until:
                return True
            self._open_until = now + self._pause
            return False

    def failed(self) -> None:
        """It was waited for, in vain."""
        self._open_until = time.monotonic() + self._pause

    def succeeded(self) -> None:
        """It answers."""
        if self._open_until:
            self._open_until = 0.0
