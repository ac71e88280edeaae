"""Counters that cannot count, in words that show nothing of where they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from identity_cloud.health.counters import counters
from identity_cloud.health.findings import Finding


def test_in_a_file(settings: Settings, tmp_path: Path) -> None:
    settings.ACCESS_KEYS_COUNTER_FILE = tmp_path / "counters"
    assert list(counters()) == [Finding("counters", told="in a file")]


@pytest.mark.parametrize(("place", "why"), [("file/counters", "File exists"), ("folder", "Is a directory")])
def test_in_a_file_that_is_none(settings: Settings, tmp_path: Path, place: str, why: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    settings.ACCESS_KEYS_COUNTER_FILE = tmp_path / place
    [found] = counters()
    assert (found.is_failed, found.told) == (True, f"The file of COUNTER_FILE cannot be used: {why}.")
