"""How decisions end, how long they take, and what failed meanwhile: counted over all processes of the machine.

``accesskeys/api/exposition.py`` tells Prometheus.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import AbstractContextManager
from types import TracebackType
from typing import NamedTuple

from accesskeys.core import conf, once
from accesskeys.core.exceptions import InsufficientScope, InvalidKey, RateLimited
from accesskeys.verification.tally import CELLS, Tally

logger = logging.getLogger("accesskeys.metrics")

# Their places are their cells in a file that outlives upgrades: new ones go to the end, and none is taken away. Of the
# 32 cells of a door the first 16 are for endings, the others for times. What is of no door is behind the doors.
DOORS = ("api", "gate", "introspection")
ENDINGS = (
    ("accepted", ""),
    ("refused", "absent"),
    ("refused", "malformed"),
    ("refused", "forged"),
    ("refused", "unknown"),
    ("refused", "suspended"),
    ("refused", "expired"),
    ("refused", "address"),
    ("refused", "scope"),
    ("refused", "rate_limit"),
    ("refused", "bad_keys"),
    ("failed", "unavailable"),
    ("refused", "ended"),
)
BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)  # seconds
ERRORS = ("database", "counters", "standby")

_CELLS_OF_A_DOOR = CELLS // 4
_TIMES = (
    16  # From here on, one for each bound, one for what takes longer, one for all together in microseconds.
)
_TOGETHER = _TIMES + len(BOUNDS) + 1
_OF_NO_DOOR = 3 * _CELLS_OF_A_DOOR

_BOUNDS = [int(bound * 1_000_000_000) for bound in BOUNDS]  # nanoseconds
_now = time.perf_counter_ns


class Times(NamedTuple):
    """How many decisions took how long: by bucket, not added up, and all together in seconds."""

    buckets: list[int]
    seconds: float


class Sums(NamedTuple):
    """All that was ever counted on this machine."""

    cells: list[int]

    @property
    def decisions(self) -> Iterator[tuple[str, str, str, int]]:
        """By door, outcome and reason."""
        for door in DOORS:
            for outcome, reason in ENDINGS:
                yield door, outcome, reason, self.cells[_cell(door, reason)]

    def times(self, door: str) -> Times:
        """Of the decisions at a door."""
        begin = _begin_of(door)
        return Times(
            self.cells[begin + _TIMES : begin + _TOGETHER], self.cells[begin + _TOGETHER] / 1_000_000
        )

    def errors(self, part: str) -> int:
        """How often this part has failed."""
        return self.cells[_OF_NO_DOOR + ERRORS.index(part)]


def counting(door: str) -> AbstractContextManager[None]:
    """Count and time the decision that is made inside, by the exception that leaves it or by the lack of one."""
    return _Counting(*_CELLS[door])


def count_error(part: str) -> None:
    """One of ``ERRORS`` has failed while it was needed."""
    _tally.add(_OF_NO_DOOR + ERRORS.index(part))
    _write_from_now_on()


def sums() -> Sums | None:
    """What was counted; None where that cannot be read: Prometheus can tell no numbers from zeros."""
    try:
        return Sums(_tally.sums())
    except OSError as error:
        _tell(error)
        return None


class _Counting(AbstractContextManager[None]):
    """One decision."""

    __slots__ = ("_began", "_cells", "_times")

    def __init__(self, cells: dict[str, int], times: int) -> None:
        self._cells = cells
        self._times = times
        self._began = _now()

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        took = _now() - self._began
        times = self._times
        _tally.add_timed(
            self._cells[_reason(error) if error else ""],
            times + bisect_left(_BOUNDS, took),
            times + len(BOUNDS) + 1,
            took // 1000,
        )
        if not _is_written:
            _write_from_now_on()


def _reason(error: BaseException) -> str:
    match error.__cause__ or error:  # DRF's exceptions are raised from ours.
        case InvalidKey() | RateLimited() as refusal:
            return refusal.reason
        case InsufficientScope():
            return "scope"
    return "unavailable"


def _begin_of(door: str) -> int:
    return DOORS.index(door) * _CELLS_OF_A_DOOR


def _cell(door: str, reason: str) -> int:
    reasons = [reason for _, reason in ENDINGS]
    return _begin_of(door) + reasons.index(reason)


_CELLS = {
    door: ({reason: _cell(door, reason) for _, reason in ENDINGS}, _begin_of(door) + _TIMES) for door in DOORS
}
_tally: Tally
_is_written: bool  # By a thread of this process.


def write_down() -> None:
    """Write what this process has counted. A disk that is full costs the numbers, and no request."""
    try:
        _tally.write_down()
    except OSError as error:
        _tell(error)


def _write_from_now_on() -> None:
    global _is_written
    if _is_written:
        return
    _is_written = True
    threading.Thread(target=_write_every_second, args=[_tally], name="metrics", daemon=True).start()


def _write_every_second(tally: Tally) -> None:
    while tally is _tally:
        time.sleep(1)
        write_down()


def _begin() -> None:
    """Also in the child of a fork, which is another process: its row is its own, and threads do not come along."""
    global _tally, _is_written
    _tally, _is_written = Tally(conf.tally_file), False


_begin()
os.register_at_fork(after_in_child=_begin)
atexit.register(write_down)


def _tell(error: OSError) -> None:
    if once.a_minute("metrics", error):
        logger.error("Decisions are not counted: %s", error)
