"""How decisions end, counted for Prometheus. No label ever holds a key, a name or an address."""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from types import TracebackType

from accesskeys.core import conf, once
from accesskeys.core.exceptions import InsufficientScope, InvalidKey, RateLimited
from accesskeys.models import AccessKey
from accesskeys.models.attention import EXPIRES_SOON
from accesskeys.verification.tally import CELLS, Tally

logger = logging.getLogger("accesskeys.metrics")

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
GAUGE_LIMIT = 10_000

# Their places are their cells in a file that outlives upgrades: new ones go to the end, and none is taken away.
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

_CELLS_OF_A_DOOR = CELLS // 4


def counting(door: str) -> AbstractContextManager[None]:
    """Count the decision that is made inside, by the exception that leaves it or by the lack of one."""
    return _COUNTING[door]


def text() -> str:
    """All metrics in the text format of Prometheus, version 0.0.4."""
    lines = [
        *_metric("access_keys_decisions_total", "counter", "Decisions about presented keys.", _decisions()),
        *_metric(
            "access_keys_expiring",
            "gauge",
            f"Access keys that stop working within {EXPIRES_SOON.days} days, counted up to {GAUGE_LIMIT}.",
            [("", _expiring())],
        ),
    ]
    return "\n".join(lines) + "\n"


class _Counting(AbstractContextManager[None]):
    """Holds no state of its own: threads and nested decisions share one for each door."""

    def __init__(self, door: str) -> None:
        self._cells = {reason: _cell(door, reason) for _, reason in ENDINGS}

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        _tally.add(self._cells[_reason(error)])
        if not _is_written:
            _write_from_now_on()


def _reason(error: BaseException | None) -> str:
    if error is None:
        return ""
    match error.__cause__ or error:  # DRF's exceptions are raised from ours.
        case InvalidKey() | RateLimited() as refusal:
            return refusal.reason
        case InsufficientScope():
            return "scope"
    return "unavailable"


def _cell(door: str, reason: str) -> int:
    reasons = [reason for _, reason in ENDINGS]
    return DOORS.index(door) * _CELLS_OF_A_DOOR + reasons.index(reason)


_COUNTING = {door: _Counting(door) for door in DOORS}
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


def _decisions() -> Iterator[tuple[str, int]]:
    try:
        sums = _tally.sums()
    except OSError as error:  # No numbers: Prometheus can tell them from zeros.
        _tell(error)
        return
    for door in DOORS:
        for outcome, reason in ENDINGS:
            yield f'{{door="{door}",outcome="{outcome}",reason="{reason}"}}', sums[_cell(door, reason)]


def _tell(error: OSError) -> None:
    if once.a_minute("metrics", error):
        logger.error("Decisions are not counted: %s", error)


def _expiring() -> int:
    return AccessKey.objects.expiring(EXPIRES_SOON)[:GAUGE_LIMIT].count()


def _metric(name: str, kind: str, help_: str, samples: Iterable[tuple[str, int]]) -> Iterator[str]:
    yield f"# HELP {name} {help_}"
    yield f"# TYPE {name} {kind}"
    for labels, value in samples:
        yield f"{name}{labels} {value}"
