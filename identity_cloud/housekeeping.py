"""What the console leaves behind, for housekeeping to put away."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accesskeys.operations.actors import Actor
from accesskeys.operations.housekeeping import Chore, delete_all
from identity_cloud.caches import FileCache
from identity_cloud.operators.models import OneTimeLink, Purpose

A_DAY = timedelta(days=1)
AT_ONCE = 100  # files


def _user_sessions(_actor: Actor) -> Iterator[int]:
    """Of sessions that are gone. One that was begun a moment ago may not be written down yet."""
    session = Session.objects.filter(session_key=OuterRef("session_key"))
    longest = timedelta(seconds=settings.SESSION_LONGEST)

    yield from delete_all(
        lambda: UserSession.objects.filter(
            ~Exists(session), created_at__lt=timezone.now() - longest
        ).order_by("pk")
    )


def _links(_actor: Actor) -> Iterator[int]:
    """Invitations and resets stay: that they were never used is what an operator's page tells."""
    yield from delete_all(
        lambda: OneTimeLink.objects.filter(
            purpose=Purpose.SIGN_IN, expires_at__lt=timezone.now() - A_DAY
        ).order_by("pk")
    )


def _counters(_actor: Actor) -> Iterator[int]:
    """Counts of sign-ins whose time is over. A Redis forgets by itself; rate limits have a file of one size."""
    cache: Any = caches["default"]
    if not isinstance(cache, FileCache):
        return
    files = cache.files()
    for start in range(0, len(files), AT_ONCE):
        yield sum(_is_gone(cache, file) for file in files[start : start + AT_ONCE])


def _is_gone(cache: Any, file: str) -> bool:
    with suppress(OSError), open(file, "rb") as content:
        return bool(cache._is_expired(content)) and not os.path.exists(file)
    return False


CHORES = (
    Chore("user_sessions", "sessions of operators", _user_sessions),
    Chore("links", "sign-in links", _links),
    Chore("counters", "idle counters", _counters),
)
