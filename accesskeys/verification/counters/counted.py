"""What all counters have in common."""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol

# How the names begin under which the uses of access keys are counted.
OF_KEYS: Final = "key:"


class Counted(NamedTuple):
    """How many there are in the present window, and when it ends: in 1 s at the earliest."""

    used: int
    seconds_left: int


class Counters(Protocol):
    """Counts per name, in windows that begin anew when their time is over, and not when somebody sets a clock."""

    def increment(self, name: str, *, seconds: int) -> Counted:
        """Count one more under this name, in a window of so many seconds."""

    def count(self, name: str, *, seconds: int) -> Counted:
        """How many there are so far."""
