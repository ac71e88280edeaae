"""Texts for hypothesis: names as they should be, as they should not be, and close to the border."""

from __future__ import annotations

import string

from hypothesis import strategies as st

NAME_ALPHABET = string.ascii_letters + string.digits + "_"

NAMES = st.text(NAME_ALPHABET, min_size=1, max_size=30)
ANY_TEXT = (
    st.text(st.characters())  # surrogates and NUL too
    | st.text(NAME_ALPHABET + " \n\t-.éа０", max_size=33)
    | st.text(NAME_ALPHABET, min_size=29, max_size=32)
)


def is_a_name(text: str) -> bool:
    """The rule for names once more, without a regular expression."""
    return 1 <= len(text) <= 30 and all(character in NAME_ALPHABET for character in text)
