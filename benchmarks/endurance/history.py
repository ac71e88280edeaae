"""What has to become of a question about a key, going by what was done to it and answered until then."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass
class Change:
    """Something done to a key: from ``began`` on it may be, from ``ended`` on it must be. Unanswered, it never must."""

    opens: bool
    began: float
    ended: float | None = None
    is_final: bool = False  # Nothing opens the key again.


@dataclass(eq=False)
class Key:
    """One key of an access key, and its changes in their order. Nobody else changes it meanwhile."""

    text: str = field(repr=False)
    access_key: AccessKey
    changes: list[Change] = field(default_factory=list)

    def begin(self, *, opens: bool, is_final: bool = False) -> Change:
        """Written down before it is asked for."""
        change = Change(opens, time.monotonic(), is_final=is_final)
        self.changes.append(change)
        return change

    def expected(self, began: float, ended: float) -> bool | None:
        """Whether it has to be accepted by a request of that time; None where either answer is right.

        What was not answered may still be under way in a process that stands still. So nothing is certain after it but
        the end.
        """
        state: bool | None = None
        is_doubtful = False
        for change in list(self.changes):
            if change.began >= ended:
                break
            if change.ended is None:
                state, is_doubtful = None, True
            elif change.ended > began:
                state = None
            else:
                state = None if is_doubtful and not change.is_final else change.opens
        return state


@dataclass(eq=False)
class AccessKey:
    """A row that was promised: an answer told its ID."""

    id: str
    name: str
    keys: list[Key] = field(default_factory=list)
    is_ending: bool = False  # A revoke was begun.
    has_ended: bool = False  # And answered.
    events: dict[str, int] = field(default_factory=dict)  # at least so many, by action

    def promise(self, action: str) -> None:
        """An operation was answered, so the audit log has it."""
        self.events[action] = self.events.get(action, 0) + 1
