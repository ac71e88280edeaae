"""A clock that nobody can set: it runs from the start of the machine on, for all its processes alike."""

from __future__ import annotations

import time
from functools import lru_cache
from pathlib import Path

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # macOS has the second alone.


def seconds() -> float:
    """Since the machine was started."""
    return time.clock_gettime(_CLOCK)


@lru_cache
def boot(path: Path = BOOT_ID) -> str:
    """Which start of the machine that was; empty where the system does not say, and all of them look the same."""
    try:
        return path.read_text().strip()
    except OSError:
        return ""
