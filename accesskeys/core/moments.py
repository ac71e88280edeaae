"""How a moment is written, wherever it is not for a page."""

from __future__ import annotations

from datetime import UTC, datetime


def written(moment: datetime, timespec: str = "seconds") -> str:
    """ISO 8601 in UTC."""
    return moment.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")
