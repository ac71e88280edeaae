"""The format of a key: ``ica_`` + 43 random base62 characters + 8 characters of tag.

43 base62 characters carry 256 bits. The tag is made by the keyring; this module knows only how it is written.
"""

from __future__ import annotations

import re
import secrets
import string
from typing import NamedTuple

PREFIX = "ica_"
RANDOM_LENGTH = 43
TAG_LENGTH = 8
LENGTH = len(PREFIX) + RANDOM_LENGTH + TAG_LENGTH

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase

_TAGS = len(BASE62) ** TAG_LENGTH
_PAIRS = [
    low + high for high in BASE62 for low in BASE62
]  # Two characters at a time: every request writes a tag.
_KEY = re.compile(rf"({PREFIX}[0-9A-Za-z]{{{RANDOM_LENGTH}}})([0-9A-Za-z]{{{TAG_LENGTH}}})")


# What people paste: perhaps cut short, perhaps with a capital letter by the courtesy of a phone.
_MOST = re.compile(rf"{PREFIX}[0-9a-z]{{20,}}", re.IGNORECASE)
_ALONE = re.compile(rf"(?<![0-9A-Za-z_]){_KEY.pattern}(?![0-9A-Za-z_])")


class Parts(NamedTuple):
    """A well-formed key taken apart: what the tag is computed over, and the tag."""

    body: str
    tag: str


def new_body() -> str:
    """The random part of a new key, with its prefix, from the operating system's generator."""
    return PREFIX + "".join(secrets.choice(BASE62) for _ in range(RANDOM_LENGTH))


def parse(text: str) -> Parts | None:
    """The parts of the text if it has the shape of a key, otherwise None."""
    match = _KEY.fullmatch(text)
    return Parts(match[1], match[2]) if match else None


def write_tag(mac: bytes) -> str:
    """A MAC reduced to the eight base62 characters that end a key (47 bits: a filter, not a proof)."""
    number = int.from_bytes(mac, "big") % _TAGS
    pairs = []
    for _ in range(TAG_LENGTH // 2):
        number, index = divmod(number, len(_PAIRS))
        pairs.append(_PAIRS[index])
    return "".join(pairs)


def is_mostly_in(text: str) -> bool:
    """Whether the text holds a key, or most of one, that was typed or pasted where something else belongs."""
    return _MOST.search(text) is not None


def struck_from(text: str) -> str:
    """The text without such keys."""
    return _MOST.sub(f"{PREFIX}…", text)


def taken_from(text: str) -> str:
    """The key in what somebody pasted, without the blanks, quotes or header around it; else the text as it is."""
    match = _ALONE.search(text)
    return match[0] if match else text
