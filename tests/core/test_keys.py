"""The format: ``ica_``, 43 random base62 characters, 8 of tag; one word on a double click."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accesskeys.core import keys

ALPHABET = string.ascii_letters + string.digits
WELL_FORMED = st.text(ALPHABET, min_size=51, max_size=51).map("ica_".__add__)


def has_the_shape(text: str) -> bool:
    """The promise once more, without a regular expression."""
    return text[:4] == "ica_" and len(text) == 55 and all(character in ALPHABET for character in text[4:])


@given(WELL_FORMED)
def test_a_well_formed_key_is_taken_apart_without_loss(text: str) -> None:
    parts = keys.parse(text)
    assert parts is not None
    assert (parts.body, parts.tag) == (text[:47], text[47:])


@given(st.text() | st.text(ALPHABET + "_\n ", min_size=53, max_size=57).map("ica_".__add__))
def test_any_text_is_a_key_exactly_when_it_has_the_shape(text: str) -> None:
    assert (keys.parse(text) is not None) == has_the_shape(text)


@given(WELL_FORMED, st.integers(0, 54), st.characters(exclude_characters=ALPHABET))
def test_one_foreign_character_anywhere_is_one_too_many(text: str, at: int, character: str) -> None:
    replaced = text[:at] + character + text[at + 1 :]
    assert (keys.parse(replaced) is not None) == (replaced == text)
    assert keys.parse(text[:at] + character + text[at:]) is None


@pytest.mark.parametrize("wrong", ["{}\n", "\n{}", " {}", "{} ", "{}\x00", "Bearer {}", '"{}"', "{}a", "{}="])
def test_nothing_is_trimmed_or_repaired(wrong: str) -> None:
    assert keys.parse(wrong.format("ica_" + 51 * "a")) is None


@pytest.mark.parametrize(
    "text",
    ["", "ica_", 55 * "a", "ICA_" + 51 * "a", "ica_" + 51 * "０", "ica_" + 51 * "а", "ica-" + 51 * "a"],
)
def test_look_alikes_are_not_keys(text: str) -> None:
    assert keys.parse(text) is None


def test_new_bodies_carry_256_random_bits() -> None:
    bodies = [keys.new_body() for _ in range(400)]
    columns = list(zip(*(body[4:] for body in bodies), strict=True))
    used = set().union(*columns)
    assert all(body.startswith("ica_") for body in bodies)
    assert used == set(ALPHABET)
    # Each position draws from the whole alphabet: in 400 draws, fewer than 50 different ones never happen.
    assert min(len(set(column)) for column in columns) > 50
    assert len(used) ** len(columns) >= 2**256
    assert len(set(bodies)) == len(bodies)


@pytest.mark.parametrize(
    ("mac", "tag"),
    [
        (bytes(32), "00000000"),
        (bytes(31) + b"\x01", "10000000"),
        (bytes(31) + b"\x3d", "z0000000"),
        (bytes(31) + b"\x3e", "01000000"),
        ((62**8 - 1).to_bytes(32, "big"), "zzzzzzzz"),
        ((62**8).to_bytes(32, "big"), "00000000"),
    ],
)
def test_a_tag_is_the_mac_in_base62_lowest_digit_first(mac: bytes, tag: str) -> None:
    assert keys.write_tag(mac) == tag


@given(st.binary(min_size=32, max_size=32))
def test_any_mac_makes_a_tag_that_ends_a_key(mac: bytes) -> None:
    parts = keys.parse(keys.new_body() + keys.write_tag(mac))
    assert parts is not None
    assert parts.tag == keys.write_tag(mac)
