"""Rate limits as people write them: ``100/minute``."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from accesskeys.core.notation import NotationError, gettext_noop

MAX_LENGTH = 20
MOST_REQUESTS = 9_999_999
SECONDS = {"second": 1, "minute": 60, "hour": 3600}

_RATE = re.compile(r"([1-9][0-9]{0,6})/(second|minute|hour)")


class Rate(NamedTuple):
    """So many requests in so many seconds."""

    requests: int
    seconds: int

    def is_within(self, other: Rate) -> bool:
        """Whether it never lets more requests through than the other, however they are spread."""
        return self.requests * max(1, other.seconds // self.seconds) <= other.requests


class Window(NamedTuple):
    """The present window of a limit: how many requests it has seen, and when it ends."""

    rate: Rate
    used: int
    seconds_left: int

    @property
    def allowed(self) -> int:
        """How many it may see."""
        return self.rate.requests

    @property
    def left(self) -> int:
        """How many more it may see."""
        return max(0, self.allowed - self.used)

    @property
    def is_exceeded(self) -> bool:
        """Whether the last one that it has seen was one too many."""
        return self.used > self.allowed


@lru_cache(maxsize=1024)
def parse_rate(text: str) -> Rate:
    """Read a rate, or raise NotationError. The last ones are remembered, for they are read with each request."""
    match = _RATE.fullmatch(text)
    if match is None:
        raise NotationError(
            gettext_noop(
                "“%(text)s” is not a rate limit. Write 1 to %(most)s requests per second, minute or hour, "
                "such as 100/minute."
            ),
            text=text,
            most=str(MOST_REQUESTS),
        )
    return Rate(int(match[1]), SECONDS[match[2]])
