"""Whether this process may be asked: looked at when somebody asks, once a second at most, and told within two.

Anybody may ask, as often as they like. So the looking is done in a thread of its own, on a connection of its own, and
of those that ask meanwhile one alone waits for it: the threads for keys stay free, whatever hangs.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from django.db import connections

from identity_cloud.health import database
from identity_cloud.health.counters import counters
from identity_cloud.health.disk import disk
from identity_cloud.health.findings import Finding, failed
from identity_cloud.health.replica import replica
from identity_cloud.redis_readiness import let_go

logger = logging.getLogger("identity_cloud.health")

REMEMBERED = 1.0  # seconds
PATIENCE = 1.5  # seconds
SHORT_PATIENCE = (
    0.25  # seconds: of what has just failed, and for those that come while somebody waits already
)
LONG_AGO = 30.0  # seconds

Check = Callable[[], Iterator[Finding]]

# Each with the names that it finds something about. What one hangs on, those before it have told. There need not be a
# replica.
CHECKS: Mapping[Check, tuple[str, ...]] = {
    replica: (),
    disk: ("disk",),
    database.database: database.NAMES,
    counters: ("counters",),
}
ORDER = (*database.NAMES, "counters", "disk")
VITAL = frozenset(database.NAMES)  # Without these nothing is answered. See docs/decisions/0049.


class Report(NamedTuple):
    """What was found, by name, and when, of the monotonic clock."""

    findings: Mapping[str, Finding]
    at: float

    @property
    def failing(self) -> frozenset[str]:
        return frozenset(name for name, finding in self.findings.items() if finding.is_failed)

    @property
    def is_ready(self) -> bool:
        return not self.failing & VITAL

    @property
    def age(self) -> float:
        return time.monotonic() - self.at


class Round:
    """One look at everything."""

    def __init__(self, checks: Mapping[Check, tuple[str, ...]]) -> None:
        self._checks = checks
        self._found: dict[str, Finding] = {}
        self._began = time.monotonic()
        self.knows_the_vital = threading.Event()
        self.is_over = threading.Event()

    @property
    def seconds(self) -> float:
        """How long it has been under way."""
        return time.monotonic() - self._began

    @property
    def is_late(self) -> bool:
        return self.seconds > PATIENCE

    def wait(self, last: Report | None) -> None:
        """Until it is over, and for what failed the last time no longer than a moment, unless all hangs on it."""
        if last is None or not last.failing:
            self.is_over.wait(PATIENCE)
            return
        if last.is_ready:
            self.knows_the_vital.wait(PATIENCE)
        self.is_over.wait(min(SHORT_PATIENCE, max(0.0, PATIENCE - self.seconds)))

    def look(self) -> None:
        """In a thread of its own. Whatever a check raises is a failure of what it was about."""
        try:
            for check, names in self._checks.items():
                try:
                    self._found |= {finding.name: finding for finding in check()}
                except Exception as error:
                    logger.exception("A check of the health broke off")
                    for name in names[:1]:
                        self._found[name] = failed(name, f"{name} cannot be checked: {type(error).__name__}.")
                for name in names:
                    self._found.setdefault(name, failed(name, ""))
                if self._found.keys() >= VITAL:
                    self.knows_the_vital.set()
        finally:
            self.knows_the_vital.set()
            connections.close_all()  # Nobody asks over them again: the thread ends.
            let_go()

    def report(self) -> Report:
        """As far as it has come: what has not been found yet counts as failed."""
        found = self._found.copy()
        late = f"Nothing was heard within {min(self.seconds, PATIENCE):.1f} s of: "
        missing = [name for name in ORDER if name not in found]
        found |= {name: failed(name, "") for name in missing}
        if missing:
            found[missing[0]] = failed(missing[0], f"{late}{', '.join(missing)}.")
        return Report({name: found[name] for name in ORDER} | found, time.monotonic())


class Readiness:
    """Of a process, for all its threads."""

    def __init__(self, checks: Mapping[Check, tuple[str, ...]] = CHECKS) -> None:
        self._checks = checks
        self._threads = threading.Lock()
        self._round: Round | None = None  # That is under way.
        self._last: Report | None = None
        self._failing: frozenset[str] = frozenset()  # As last told to the log.

    def report(self) -> Report:
        """What is known, or what a look tells."""
        with self._threads:
            last, round_ = self._last, self._round
            if last is not None and last.age < REMEMBERED:
                return last
            if round_ is None:
                begun = self._round = Round(self._checks)
        if round_ is None:
            threading.Thread(target=self._run, args=[begun], name="health", daemon=True).start()
            begun.wait(last)
            return self._know(begun, at_the_end=False)
        if last is not None and (last.age < LONG_AGO or round_.is_late):
            return last
        round_.is_over.wait(SHORT_PATIENCE)
        return round_.report()

    def _run(self, round_: Round) -> None:
        try:
            round_.look()
        finally:
            self._know(round_, at_the_end=True)
            round_.is_over.set()

    def _know(self, round_: Round, *, at_the_end: bool) -> Report:
        with self._threads:
            if at_the_end:
                self._round = None
            elif self._round is not round_ and self._last is not None:
                return self._last
            self._last = report = round_.report()
            is_news, self._failing = report.failing != self._failing, report.failing
        if is_news:
            _tell(report)
        return report


def _tell(report: Report) -> None:
    if not report.failing:
        logger.info("Ready again")
        return
    told = (report.findings[name].told for name in report.findings if name in report.failing)
    logger.error(
        "%s: %s", "Ready, though impaired" if report.is_ready else "Not ready", " ".join(filter(None, told))
    )


READINESS = Readiness()  # Of each process.
