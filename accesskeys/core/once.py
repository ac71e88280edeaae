"""What goes on failing is told once a minute, and not with each request that meets it."""

from __future__ import annotations

import threading
import time

SECONDS = 60

_told: dict[str, float] = {}  # When, by kind. There are as many kinds as there are ways to fail.
_threads = threading.Lock()


def a_minute(what: str, error: Exception) -> bool:
    """Whether to tell of this now: nothing of its kind was told within the last minute."""
    kind = f"{what} {type(error).__name__} {getattr(error, 'errno', None)}"
    now = time.monotonic()
    with _threads:
        if kind in _told and now - _told[kind] < SECONDS:
            return False
        _told[kind] = now
        return True
