"""The changelog, cut."""

from __future__ import annotations

import pytest

from tools.changelog import NothingToCut, cut, notes

BEFORE = "# Changelog\n\nNewest first.\n\n## Unreleased\n\n- Two.\n  Of two lines.\n\n## 0.9.0, 2026-01-01\n\n- One.\n"


def test_what_was_unreleased_belongs_to_the_version() -> None:
    after = cut(BEFORE, "1.0.0", "2026-11-29")
    assert after == BEFORE.replace("## Unreleased\n", "## Unreleased\n\n## 1.0.0, 2026-11-29\n")
    assert notes(after, "1.0.0") == "- Two.\n  Of two lines.\n"
    assert notes(after, "0.9.0") == "- One.\n"


def test_it_is_cut_once() -> None:
    after = cut(BEFORE, "1.0.0", "2026-11-29")
    assert cut(after, "1.0.0", "2026-12-01") == after


def test_a_version_that_begins_alike_is_another() -> None:
    after = cut(BEFORE.replace("0.9.0", "1.0.0"), "1.0", "2026-11-29")
    assert "## 1.0, 2026-11-29\n\n- Two." in after


def test_a_version_without_a_change_is_none() -> None:
    with pytest.raises(NothingToCut, match=r"CHANGELOG\.md has nothing under Unreleased\."):
        cut(cut(BEFORE, "1.0.0", "2026-11-29"), "1.0.1", "2026-12-01")


def test_notes_of_a_version_that_is_not_there() -> None:
    assert notes(BEFORE, "2.0.0") == ""
