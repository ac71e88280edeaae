"""Room on the disks: full is a failure, little a warning, each with the setting that leads there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pytest_django import Settings

from identity_cloud.health.disk import disk
from identity_cloud.health.findings import Finding, failed, warning
from tests.disks import small_disk


def with_room(monkeypatch: pytest.MonkeyPatch, **changes: int) -> None:
    """A disk of 10 GiB that has so much left."""
    fields = {
        "f_bavail": 5 << 18,
        "f_frsize": 4096,
        "f_blocks": 10 << 18,
        "f_files": 1000,
        "f_favail": 500,
    } | changes
    monkeypatch.setattr(os, "statvfs", lambda _folder: type("Room", (), fields))


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({}, Finding("disk")),
        ({"f_files": 0, "f_favail": 0}, Finding("disk")),  # Of those that count no files.
        ({"f_favail": 0}, failed("disk", "The disk of COUNTER_FILE takes no more files. Delete some there.")),
        ({"f_bavail": 255}, failed("disk", "The disk of COUNTER_FILE is full. Make room there.")),
        (
            {"f_bavail": 1 << 17},
            warning("disk", "The disk of COUNTER_FILE has 512 MiB left. Make room there."),
        ),
        ({"f_bavail": 1 << 17, "f_blocks": 1 << 18}, Finding("disk")),
    ],
)
def test_what_is_left(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, changes: dict[str, int], finding: Finding
) -> None:
    monkeypatch.setitem(settings.CACHES["default"], "BACKEND", "a.RedisCache")
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.postgresql")
    with_room(monkeypatch, **changes)
    assert list(disk()) == [finding]


def test_a_folder_that_is_gone(settings: Settings, tmp_path: Path) -> None:
    settings.ACCESS_KEYS_COUNTER_FILE = tmp_path / "gone" / "counters"
    [found] = disk()
    assert found.told == "The folder of COUNTER_FILE cannot be looked at: No such file or directory."


def test_a_disk_that_is_really_full(settings: Settings, tmp_path: Path) -> None:
    with small_disk(tmp_path / "small") as small:
        settings.ACCESS_KEYS_COUNTER_FILE = small.folder / "counters"
        assert [finding.is_failed for finding in disk()] == [False]
        small.fill()
        assert [finding.is_failed for finding in disk()] == [True]
