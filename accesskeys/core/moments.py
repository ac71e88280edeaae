"""How a moment is written, wherever it is not for a page."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Final

END_OF_DAY: Final = time(23, 59, 59)


def written(moment: datetime, timespec: str = "seconds") -> str:
    """ISO 8601 in UTC."""
    return moment.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


def is_end_of_day(moment: datetime) -> bool:
    """Whether it is the last second of a day, UTC: then the date alone says until when."""
    return moment.astimezone(UTC).time().replace(microsecond=0) == END_OF_DAY
