"""Rate limits as people write them: ``100/minute``."""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_LENGTH = 20
SECONDS = {"second": 1, "minute": 60, "hour": 3600}

_RATE = re.compile(r"([1-9][0-9]{0,6})/(second|minute|hour)")


class Rate(NamedTuple):
    """So many requests in so many seconds."""

    requests: int
    seconds: int


def parse_rate(text: str) -> Rate:
    """Read a rate, or raise ValueError with a sentence."""
    match = _RATE.fullmatch(text)
    if match is None:
        raise ValueError("Write a rate limit as requests per second, minute or hour, such as 100/minute.")
    return Rate(int(match[1]), SECONDS[match[2]])
