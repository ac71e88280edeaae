"""When the newest backup was made on this machine: a file beside the journal of what was revoked."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.conf import settings

from accesskeys.core.moments import written


def newest() -> datetime | None:
    """None where none was made, or where nobody can tell."""
    with suppress(OSError, ValueError):
        return datetime.fromisoformat(_file().read_text().strip())
    return None


def remember(moment: datetime) -> None:
    """Write it down, in one step. Raises OSError."""
    passing = _file().with_suffix(f".{os.getpid()}")
    passing.write_text(f"{written(moment)}\n")
    passing.replace(_file())


def _file() -> Path:
    return Path(settings.ACCESS_KEYS_REVOCATIONS_FILE).with_name("newest_backup")
