"""What each answer promised, and whether the answers since have kept to it."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from benchmarks.endurance.asking import Answer
from benchmarks.endurance.history import AccessKey, Key

NOTICEABLE = 0.25  # seconds without one good key being let in
QUOTED = 12  # of each kind, in the report


class Fault(StrEnum):
    """What must not be."""

    ACCEPTED = "accepted wrongly"
    REFUSED = "a good key refused"
    LOST = "answered and lost"
    UNAUDITED = "no audit event"
    WRONG = "a wrong answer"


@dataclass
class Ledger:
    """Shared by all programs of a run."""

    trouble: str = "none"  # What goes on at the moment.
    counts: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    faults: dict[Fault, list[str]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    gaps: list[tuple[float, float]] = field(default_factory=list)
    failed: list[float] = field(default_factory=list)
    access_keys: list[AccessKey] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)  # names; what was not answered may be there
    good: list[Key] = field(default_factory=list)
    ended: deque[Key] = field(default_factory=lambda: deque(maxlen=2_000))
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _last_good: float = field(default_factory=time.monotonic)

    def tell(self, fault: Fault, what: str) -> None:
        """Write down a fault, with what went on."""
        with self._lock:
            self.faults[fault].append(f"{what} (trouble: {self.trouble})")

    def count(self, what: str, answer: Answer) -> None:
        """Write down an answer, and the place of an error."""
        with self._lock:
            self.counts[what][answer.status] += 1
            if answer.status == 500:
                self.errors[f"{what} (trouble: {self.trouble})"] += 1

    def verified(self, key: Key, answer: Answer, what: str = "verify") -> None:
        """Hold an answer of the gate against the history of the key."""
        expected = key.expected(answer.began, answer.ended)
        kind = {True: "good key", False: "ended key", None: "either"}[expected]
        self.count(f"{what}, {kind}", answer)
        name = f"{key.access_key.name} {key.access_key.id}"
        if expected is True:
            self._let_in(answer)
            if answer.status not in {0, 200, 500, 503}:
                self.tell(Fault.REFUSED, f"{name}: {answer.status}")
        elif expected is False and answer.status == 200:
            self.tell(Fault.ACCEPTED, name)
        if answer.status == 200 and answer.headers["X-Access-Key-Id"] != key.access_key.id:
            self.tell(Fault.WRONG, f"{name} is taken for {answer.headers['X-Access-Key-Id']}")

    def refused(self, what: str, answer: Answer) -> None:
        """A key that nobody was ever given."""
        self.count(what, answer)
        if answer.status == 200:
            self.tell(Fault.ACCEPTED, what)
        elif answer.status not in {0, 401, 500, 503}:
            self.tell(Fault.WRONG, f"{what}: {answer.status}")

    def operated(self, what: str, answer: Answer, expected: Iterable[int]) -> bool:
        """Whether an operation was answered with what it may answer; else it is a fault, unless it is no answer."""
        self.count(what, answer)
        if not answer.is_clear:
            return False
        if answer.status in expected:
            return True
        self.tell(Fault.WRONG, f"{what}: {answer.status} {_codes(answer)}")
        return False

    def is_letting_in_since(self, moment: float) -> bool:
        """Whether a good key was let in after that."""
        return self._last_good > moment

    def _let_in(self, answer: Answer) -> None:
        with self._lock:
            if answer.status == 200:
                if answer.ended - self._last_good > NOTICEABLE:
                    self.gaps.append((self._last_good, answer.ended))
                self._last_good = max(self._last_good, answer.ended)
            else:
                self.failed.append(answer.ended)


def _codes(answer: Answer) -> str:
    """Of the errors alone: a body may hold a key."""
    try:
        return " ".join(str(error["code"]) for error in answer.json["errors"])
    except (ValueError, KeyError, TypeError):
        return ""
