"""Put away what is left of rotations that have come to their end by themselves."""

from __future__ import annotations

import uuid
from contextlib import suppress

from django.db import transaction
from django.utils import timezone

from accesskeys.core.exceptions import NotFound
from accesskeys.models import Rotation
from accesskeys.operations.actors import Actor
from accesskeys.operations.find import lock
from accesskeys.operations.rotations import rotation_of, settle

AT_ONCE = 500


def settle_rotations(*, actor: Actor) -> int:
    """Delete the old keys of all of them, each in a transaction of its own; returns how many there were.

    They are refused since their end. What is done here is that they are nowhere any more.
    """
    over = Rotation.objects.filter(ends_at__lte=timezone.now()).exclude(first_used_at=None).order_by("pk")
    settled = 0
    while ids := list(over.values_list("pk", flat=True)[:AT_ONCE]):
        settled += sum(_settle(access_key_id, actor) for access_key_id in ids)
    return settled


def _settle(access_key_id: uuid.UUID, actor: Actor) -> bool:
    with suppress(NotFound), transaction.atomic(durable=True):
        access_key = lock(access_key_id)
        rotation = rotation_of(access_key)
        if rotation and rotation.is_over:
            settle(access_key, rotation, actor)
            return True
    return False
