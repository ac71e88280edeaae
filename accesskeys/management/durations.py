"""How long an access key is to live, or until when, as people type it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

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
    raise _wrong("Write how long the access key lives as a number and a unit: 12h, 90d, 4w or 1y.")


def duration(text: str) -> timedelta:
    """So much time: ``0``, ``12h``, ``3d``, ``4w`` or ``1y`` (365 days); raises ValidationError for anything else."""
    if text == "0":
        return timedelta(0)
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValidationError(
            f"“{text}” is not a time. Write it as a number and a unit: 12h, 3d, 4w or 0.", code="invalid"
        )
    return int(match[1]) * _UNITS[match[2]]


def moment_at(text: str) -> datetime:
    """The moment that is written in ISO 8601, with an offset; raises ValidationError on ``expires_at``."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or timezone.is_naive(moment):
        raise _wrong("Write the time in ISO 8601 with an offset, such as 2030-01-31T12:00:00Z.")
    return moment


def _wrong(sentence: str) -> ValidationError:
    return ValidationError({"expires_at": ValidationError(sentence, code="invalid")})
