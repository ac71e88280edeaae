"""What a check has found."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


class Finding(NamedTuple):
    """The name is for everybody; what is told, and what to do about it, is for administrators: the log and doctor."""

    name: str
    state: State = State.OK
    told: str = ""

    @property
    def is_failed(self) -> bool:
        return self.state is State.FAILED


def failed(name: str, told: object) -> Finding:
    """It does not work."""
    return Finding(name, State.FAILED, str(told))


def warning(name: str, told: object) -> Finding:
    """It works, and should be seen to."""
    return Finding(name, State.WARNING, str(told))
