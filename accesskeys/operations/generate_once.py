"""Generate an access key for a program that may ask again until it has heard the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from django.utils import timezone

from accesskeys.core.exceptions import NoRepeat
from accesskeys.models import AccessKey, Action
from accesskeys.operations import audit, policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.generate import generate
from accesskeys.operations.marks import Marked, take
from accesskeys.operations.policy import Operation
from accesskeys.operations.rotations import rotation_of
from accesskeys.operations.unseal import unseal


class GeneratedOnce(NamedTuple):
    """An access key and its key, and whether an earlier request has generated it."""

    access_key: AccessKey
    key: str
    is_repeat: bool


class _GeneratedBefore(Exception):
    """Nothing is wrong: another request with this mark has generated this one. Leads out of the transaction."""

    def __init__(self, access_key_id: UUID) -> None:
        super().__init__(access_key_id)
        self.access_key_id = access_key_id


def generate_once(*, request: Marked, actor: Actor, **wish: Any) -> GeneratedOnce:
    """``generate``, which this actor may repeat for 24 hours: the same mark gives the same access key and key.

    A repeat has to be let in like the first, and is an event of its own: the key was shown. Raises what ``generate``
    raises, IntegrityFailure, and NoRepeat: the mark came with another body (``idempotency_conflict``), or what was
    generated is no more (``access_key_revoked``, ``key_replaced``). What was refused is not remembered.
    """
    try:
        access_key, key = generate(**wish, actor=actor, beginning=_claim(request))
    except _GeneratedBefore as earlier:
        return _again(earlier.access_key_id, actor)
    return GeneratedOnce(access_key, key, is_repeat=False)


def _claim(request: Marked) -> Callable[[AccessKey], None]:
    """Take the mark for a new access key, in its transaction. Whoever comes second waits here for the first to end."""

    def claim(access_key: AccessKey) -> None:
        taken, is_new = take(request, access_key.pk, at=timezone.now())
        if not is_new:
            raise _GeneratedBefore(taken.access_key_id)

    return claim


def _again(access_key_id: UUID, actor: Actor) -> GeneratedOnce:
    """Show the key to whoever was to have it. No scope of showing is asked for, so no other key is shown."""
    with audit.operation(Action.SHOWN, actor=actor, access_key_id=access_key_id) as event:
        access_key = AccessKey.objects.select_for_update().filter(pk=access_key_id).first()
        if access_key is None:
            raise NoRepeat("access_key_revoked")
        event.concerns(access_key)
        event.details = {"repeated_request": True}
        policy.check_reach(actor, Operation.GENERATE, access_key)
        rotation = rotation_of(access_key)
        if access_key.key_created_at is not None or (rotation and rotation.has_old_key_ended):
            raise NoRepeat("key_replaced")
        key = unseal(access_key)
    return GeneratedOnce(access_key, key, is_repeat=True)
