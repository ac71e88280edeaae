"""How long a replica is believed. Only durations of this machine count, by the clock that nobody can set."""

from __future__ import annotations

import math
from collections import deque
from typing import NamedTuple

REMEMBERED = 64  # beats


class Beat(NamedTuple):
    """One that this process asked the primary for."""

    number: int
    at: float  # Before it was asked for.


class Lease:
    """A replica that shows a beat has all that the primary had committed before that beat was asked for.

    So for ``seconds`` from then on it is believed. Whoever takes something away, and hears nothing of it, waits as
    long.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.standby = ""  # Its name: a host name or a balancer may lead to another one the next time.
        self.recent = -math.inf  # When the newest beat was asked for that the replica has shown.
        self._beats: deque[Beat] = deque(maxlen=REMEMBERED)

    def of(self, standby: str) -> None:
        """It is about this one. Where it was about another, it begins anew: each has numbers of its own."""
        if standby != self.standby:
            self.end()
            self._beats.clear()
            self.standby = standby

    def began(self, beat: Beat) -> None:
        """The primary has counted it."""
        self._beats.append(beat)

    def seen(self, number: int) -> None:
        """The replica has shown this number, which may be one that somebody else has asked for."""
        self.recent = max((beat.at for beat in self._beats if beat.number <= number), default=-math.inf)

    def end(self) -> None:
        """It is not to be believed any more."""
        self.recent = -math.inf

    def runs(self, now: float) -> bool:
        """Whether some beat is recent enough."""
        return now < self.recent + self.seconds

    def covers(self, opened_at: float, now: float) -> bool:
        """Whether to believe what a connection says that was open by then.

        A standby that crashed begins in its past, which may lack what it had confirmed a moment before. Whoever has
        opened a connection since may be there. So only a beat that was asked for after that counts.
        """
        return opened_at <= self.recent and self.runs(now)
