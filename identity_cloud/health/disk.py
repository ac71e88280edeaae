"""Room on the disks that this process writes to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from accesskeys.core import conf
from identity_cloud.health.findings import Finding, failed, warning

LEAST = 1 << 20  # bytes
LITTLE = 1 << 30  # bytes, and less than a tenth of the disk


def disk() -> Iterator[Finding]:
    """The worst of them: they are told by the settings that lead there."""
    found = [_look(setting, folder) for setting, folder in _folders().items()]
    yield max(found, key=lambda finding: (finding.is_failed, bool(finding.told)), default=Finding("disk"))


def _folders() -> dict[str, Path]:
    """By the setting that names it."""
    folders = {}
    database, cache = settings.DATABASES["default"], settings.CACHES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        folders["DATABASE_URL"] = Path(database["NAME"]).parent
    folders["COUNTER_FILE"] = conf.tally_file().parent
    if cache["BACKEND"].endswith("FileCache"):
        folders["CACHE_URL"] = Path(cache["LOCATION"])
    return folders


def _look(setting: str, folder: Path) -> Finding:
    try:
        room = os.statvfs(folder)
    except OSError as error:
        return failed("disk", f"The folder of {setting} cannot be looked at: {error.strerror}.")
    free = room.f_bavail * room.f_frsize
    if room.f_files and not room.f_favail:
        return failed("disk", f"The disk of {setting} takes no more files. Delete some there.")
    if free < LEAST:
        return failed("disk", f"The disk of {setting} is full. Make room there.")
    if free < LITTLE and free * 10 < room.f_blocks * room.f_frsize:
        return warning("disk", f"The disk of {setting} has {free >> 20} MiB left. Make room there.")
    return Finding("disk")
