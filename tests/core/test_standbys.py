"""``synchronous_standby_names``, as PostgreSQL reads it: which standbys each commit waits for."""

from __future__ import annotations

import pytest

from accesskeys.core.standbys import waited_for


@pytest.mark.parametrize(
    ("setting", "names"),
    [
        ("", set()),
        ("left", {"left"}),
        ("Left", {"left"}),
        ('"left one"', {"left one"}),
        ('"le""ft"', {'le"ft'}),
        ("1 (left)", {"left"}),
        ("FIRST 2 (left, right)", {"left", "right"}),
        ("any 2(left,right)", {"left", "right"}),
        ("3 (left, right)", {"left", "right"}),
    ],
)
def test_all_of_them(setting: str, names: set[str]) -> None:
    assert waited_for(setting) == names


@pytest.mark.parametrize(
    "setting", ["left, right", "FIRST 1 (left, right)", "ANY 1 (left, right)", "*", "2 (*)", "2 (left, *)"]
)
def test_one_of_several_is_none(setting: str) -> None:
    """It is some other one, the next time."""
    assert waited_for(setting) == set()
