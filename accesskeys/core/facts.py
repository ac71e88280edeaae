"""Facts for people: what an access key is for, and whose it is. No decision looks at them."""

from __future__ import annotations

import re
import unicodedata

from accesskeys.core.scopes import WORD

DESCRIPTION_MAX_LENGTH = 200
OWNER_MAX_LENGTH = 150
LABEL_LIMIT = 16
LABEL_KEY_MAX_LENGTH = 60
LABEL_VALUE_MAX_LENGTH = 60

_LABEL_KEY = re.compile(WORD)
# What turns the direction of a text shows another one than is there; what breaks lines breaks tables and headers.
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BREAKS = frozenset({"Cc", "Cs", "Zl", "Zp"})


def is_line(text: str) -> bool:
    """Whether it is one line of text, in any script."""
    return not any(character in _TURNS or unicodedata.category(character) in _BREAKS for character in text)


def is_label_key(text: str) -> bool:
    """Whether a label may be called this: one word of a scope, such as ``team``."""
    return len(text) <= LABEL_KEY_MAX_LENGTH and _LABEL_KEY.fullmatch(text) is not None


def is_label_value(text: str) -> bool:
    """Whether a label may say this."""
    return len(text) <= LABEL_VALUE_MAX_LENGTH and text == text.strip() and is_line(text)
