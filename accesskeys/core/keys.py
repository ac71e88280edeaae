"""The format of a key: ``ica_`` + 43 random base62 characters + 8 characters of tag.

43 base62 characters carry 256 bits. The tag is made by the keyring; this module knows only how it is written.
"""

from __future__ import annotations

import re
import secrets
import string
from typing import Final, NamedTuple

PREFIX = "ica_"
RANDOM_LENGTH = 43
TAG_LENGTH = 8
LENGTH = len(PREFIX) + RANDOM_LENGTH + TAG_LENGTH

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase

_TAGS = len(BASE62) ** TAG_LENGTH
_PAIRS = [
    low + high for high in BASE62 for low in BASE62
]  # Two characters at a time: every request writes a tag.
PATTERN: Final = re.compile(rf"({PREFIX}[0-9A-Za-z]{{{RANDOM_LENGTH}}})([0-9A-Za-z]{{{TAG_LENGTH}}})")
SECRET: Final = re.compile(rf"[0-9A-Za-z]{{{RANDOM_LENGTH}}}")


class Parts(NamedTuple):
    """A well-formed key taken apart: what the tag is computed over, and the tag."""

    body: str
    tag: str


def new_body() -> str:
    """The random part of a new key, with its prefix."""
    return PREFIX + new_secret()


def new_secret() -> str:
    """256 bits from the operating system's generator, as a key has them, and a link that shows one."""
    return "".join(secrets.choice(BASE62) for _ in range(RANDOM_LENGTH))


def parse(text: str) -> Parts | None:
    """The parts of the text if it has the shape of a key, otherwise None."""
    match = PATTERN.fullmatch(text)
    return Parts(match[1], match[2]) if match else None


def write_tag(mac: bytes) -> str:
    """A MAC reduced to the eight base62 characters that end a key (47 bits: a filter, not a proof)."""
    number = int.from_bytes(mac, "big") % _TAGS
    pairs = []
    for _ in range(TAG_LENGTH // 2):
        number, index = divmod(number, len(_PAIRS))
        pairs.append(_PAIRS[index])
    return "".join(pairs)
