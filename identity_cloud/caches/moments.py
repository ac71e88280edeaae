"""Moments that are kept, and how long ago they were, whatever somebody did to the clock meanwhile."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

from accesskeys.core import steady


class Moment(NamedTuple):
    """One moment by two clocks: the one that starts with the machine, and the one that can be set."""

    boot: str
    steady: float
    wall: float

    @classmethod
    def now(cls) -> Moment:
        """The present one."""
        return cls(steady.boot(), steady.seconds(), time.time())

    @property
    def age(self) -> float:
        """How many seconds ago it was: less than none where nobody knows, since the machine has been started."""
        now = Moment.now()
        return now.steady - self.steady if self._is_of(now.boot) else now.wall - self.wall

    @property
    def moved(self) -> float:
        """By how many seconds the clock was set since then, as far as anybody knows."""
        now = Moment.now()
        return now.wall - self.wall - (now.steady - self.steady) if self._is_of(now.boot) else 0

    def _is_of(self, boot: str) -> bool:
        return bool(boot) and self.boot == boot


class History(NamedTuple):
    """What django-allauth keeps of attempts: when they were, by the clock as it was set when they were written."""

    written: Moment
    times: list[float]

    @classmethod
    def of(cls, value: Any) -> Any:
        """Such a list as a history, anything else as it is."""
        is_times = isinstance(value, list) and all(isinstance(item, float) for item in value)
        return cls(Moment.now(), value) if is_times else value

    @staticmethod
    def told(value: Any) -> Any:
        """The value again. Its times are by the clock as it is set now, so that each is as long ago as it is."""
        if not isinstance(value, History):
            return value
        moved = value.written.moved
        if abs(moved) < 1:  # Nobody has set the clock. It was only read twice.
            return value.times
        return [moment + moved for moment in value.times]
