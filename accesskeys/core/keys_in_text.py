"""Keys in the middle of other text: what people paste, and what errors and logs would quote."""

from __future__ import annotations

import re

from accesskeys.core.keys import PATTERN, PREFIX

# In any case: a phone begins a field with a capital letter by courtesy.
_ANY_PIECE = re.compile(rf"{PREFIX}[0-9a-z]+", re.IGNORECASE)
_PIECE = re.compile(rf"{PREFIX}[0-9a-z]{{6}}", re.IGNORECASE)
_MOST = re.compile(rf"{PREFIX}[0-9a-z]{{20}}", re.IGNORECASE)
_ALONE = re.compile(rf"(?<![0-9A-Za-z_]){PATTERN.pattern}(?![0-9A-Za-z_])")


def is_in(text: str) -> bool:
    """Whether the text seems to hold a key, or a piece of one. For what need not be said back."""
    return _PIECE.search(text) is not None


def is_mostly_in(text: str) -> bool:
    """Whether the text holds most of a key. For what people type, who may call an access key ``ica_worker``."""
    return _MOST.search(text) is not None


def struck_from(text: str) -> str:
    """The text with a mark in place of every key, and of everything that begins like one."""
    return _ANY_PIECE.sub(f"{PREFIX}…", text)


def taken_from(text: str) -> str:
    """The one key in what somebody pasted, without the blanks, quotes or header around it; else the text as it is."""
    keys = {match[0] for match in _ALONE.finditer(text)}
    return keys.pop() if len(keys) == 1 else text
