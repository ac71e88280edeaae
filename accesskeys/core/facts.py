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
_BLANKS = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
# Nobody sees these, and Unicode calls them letters, marks and symbols.
_FILLERS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0" + "".join(map(chr, range(0xFE00, 0xFE10)))
)


def is_line(text: str) -> bool:
    """Whether it is one line of text, in any script."""
    return not any(character in _TURNS or unicodedata.category(character) in _BREAKS for character in text)


def as_kept(text: str) -> str:
    """A text for people as a row has it: without blanks around it, and empty if there is nothing to see.

    What breaks lines or turns them stays, to be refused.
    """
    if all(map(_is_invisible, text)):
        return ""
    return text.strip(_BLANKS)


def _is_invisible(character: str) -> bool:
    if character in _TURNS:
        return False
    return character in _FILLERS or unicodedata.category(character) in ("Zs", "Cf")


def is_label_key(text: str) -> bool:
    """Whether a label may be called this: one word of a scope, such as ``team``."""
    return len(text) <= LABEL_KEY_MAX_LENGTH and _LABEL_KEY.fullmatch(text) is not None


def is_label_value(text: str) -> bool:
    """Whether a label may say this."""
    return len(text) <= LABEL_VALUE_MAX_LENGTH and text == text.strip() and is_line(text)
