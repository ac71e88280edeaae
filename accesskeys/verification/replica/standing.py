"""Where a replica stands, in a word and in a sentence."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """What it is at the moment. Only the first is asked about keys; otherwise the primary is."""

    LEASED = "leased"
    LAPSED = "lapsed"
    UNREACHABLE = "unreachable"
    UNUSABLE = "unusable"  # Until somebody mends it.


class Standing(NamedTuple):
    """The sentence is for administrators."""

    state: State
    told: str
