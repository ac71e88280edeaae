"""The ways in which the key of a drill comes to its end."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from django.utils import timezone

from accesskeys import operations
from accesskeys.operations.actors import Actor

SOON = timedelta(seconds=2)  # So many requests are accepted before, and nobody waits for long.


class End(NamedTuple):
    """From when on nobody may accept the key, on the clock of ``time.monotonic``, and the key that takes its place."""

    at: float
    next_key: str | None = None


Ending = Callable[[uuid.UUID, Actor], End]


def by_revoking(access_key_id: uuid.UUID, actor: Actor) -> End:
    """The access key is revoked."""
    operations.revoke(access_key_id=access_key_id, actor=actor)
    return End(time.monotonic())


def by_time(access_key_id: uuid.UUID, actor: Actor) -> End:
    """The access key is rotated, and the moment comes at which the old key ends by itself."""
    rotated = operations.rotate(access_key_id=access_key_id, actor=actor, ends_in=SOON)
    left = (rotated.rotation.ends_at - timezone.now()).total_seconds()
    return End(time.monotonic() + left, rotated.key)


def now(access_key_id: uuid.UUID, actor: Actor) -> End:
    """The access key is rotated, and somebody ends the old key."""
    rotated = operations.rotate(access_key_id=access_key_id, actor=actor)
    operations.complete_rotation(access_key_id=access_key_id, actor=actor)
    return End(time.monotonic(), rotated.key)
