"""Files that hold secrets: who else on this machine can read them, or write them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from identity_cloud.health.findings import Finding, failed, warning
from identity_cloud.settings.environment import BASE_DIR, SETTINGS


def rights() -> Iterator[Finding]:
    """Of the worst one. Files are told by the setting that names them."""
    found = [_look(what, path) for what, path in _files().items()]
    yield max(found, key=lambda finding: (finding.is_failed, bool(finding.told)), default=Finding("rights"))


def _files() -> dict[str, Path]:
    """Those that are there, by what they are."""
    files = {".env": BASE_DIR / ".env"}
    files |= {
        f"The file of {name}_FILE": Path(path)
        for name in SETTINGS
        if (path := os.environ.get(f"{name}_FILE", "").strip())
    }
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        files["The database"] = Path(database["NAME"])
    return {what: path for what, path in files.items() if path.is_file()}


def _look(what: str, path: Path) -> Finding:
    mode = path.stat().st_mode
    if mode & stat.S_IWOTH:
        return failed("rights", f"{what} can be written by every account of this machine: chmod o-w.")
    if mode & stat.S_IROTH:
        return warning("rights", f"{what} can be read by every account of this machine: chmod o-r.")
    return Finding("rights")
