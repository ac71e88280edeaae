"""How long a session lasts: a while without a request, and a working day in all (ASVS 5.0, 7.3.1 and 7.3.2)."""

from __future__ import annotations

import time
from enum import StrEnum
from math import ceil

from django.conf import settings
from django.http import HttpRequest

BEGAN = "signed_in_at"  # In the session, in seconds since 1970.
SEEN = "seen_at"
PRECISION = 10  # seconds, by which a session may end early; each request would write to it otherwise.


class End(StrEnum):
    """Why a session is over."""

    IDLE = "idle"
    TOO_LONG = "too_long"


def begin(request: HttpRequest) -> None:
    """Both count from now."""
    request.session[BEGAN] = request.session[SEEN] = time.time()


def end(request: HttpRequest) -> End | None:
    """Why the session is over; None while it is not. One that does not know when it began is from another time."""
    began, seen, now = request.session.get(BEGAN), request.session.get(SEEN), time.time()
    if began is None or seen is None or now - began >= settings.SESSION_LONGEST:
        return End.TOO_LONG
    return End.IDLE if now - seen >= settings.SESSION_IDLE else None


def seconds_left(request: HttpRequest) -> int:
    """Until it ends, if nobody asks for anything more."""
    idle, longest = (
        request.session[SEEN] + settings.SESSION_IDLE,
        request.session[BEGAN] + settings.SESSION_LONGEST,
    )
    left: float = min(idle, longest) - time.time()
    return max(0, ceil(left))


def prolong(request: HttpRequest) -> bool:
    """Somebody is there. Returns whether that is news."""
    now = time.time()
    if now - request.session[SEEN] < PRECISION:
        return False
    request.session[SEEN] = now
    return True
