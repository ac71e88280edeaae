"""How long an access key is to live, as people type it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone

_DURATION = re.compile(r"([1-9][0-9]{0,4})([hdwy])")
_UNITS = {
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "y": timedelta(days=365),
}


def moment_after(text: str) -> datetime:
    """The moment that lies this far ahead: ``12h``, ``90d``, ``4w`` or ``1y`` (365 days).

    Raises ValidationError on ``expires_at`` for anything else.
    """
    match = _DURATION.fullmatch(text)
    try:
        if match:
            return timezone.now() + int(match[1]) * _UNITS[match[2]]
    except OverflowError:
        pass
    sentence = "Write how long the access key lives as a number and a unit: 12h, 90d, 4w or 1y."
    raise ValidationError({"expires_at": ValidationError(sentence, code="invalid")})
