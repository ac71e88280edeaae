"""Give an access key another key, while programs still use the present one."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils import timezone

from accesskeys.core.exceptions import NoRepeat, NotFound
from accesskeys.core.moments import written
from accesskeys.core.rotation_exceptions import NotRotating, RotationPending
from accesskeys.models import AccessKey, Action, Rotation
from accesskeys.operations import audit, endings, policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.drafts import furnish
from accesskeys.operations.find import lock
from accesskeys.operations.marks import Marked, take
from accesskeys.operations.policy import Operation
from accesskeys.operations.rotation_times import RotationTimes
from accesskeys.operations.rotations import begin, rotation_of, settle
from accesskeys.operations.unseal import unseal
from accesskeys.operations.versions import check_version


class Rotated(NamedTuple):
    """An access key, its rotation, and the next key; and whether a request under the same mark was before."""

    access_key: AccessKey
    rotation: Rotation
    key: str
    is_repeat: bool = False


def rotate(
    *,
    access_key_id: uuid.UUID,
    actor: Actor,
    grace: timedelta | None = None,
    ends_in: timedelta | None = None,
    expected: Collection[str] | None = None,
    request: Marked | None = None,
    is_shown: bool = True,
) -> Rotated:
    """Make the next key of an access key, or give the one that is pending once more.

    Both keys are accepted until the old one ends: ``grace`` (24 hours) after the first use of the next one, and in
    ``ends_in`` (30 days) at the latest; at 0 it is refused from now on. A rotation is pending until the old key has
    ended *and* the next one is in use: whoever asks again because an answer was lost never kills what a program has.
    Who asks for other times than the pending one has is refused. A ``request`` rotates once, though it may be repeated
    for 24 hours. Unless ``is_shown`` to anybody, a key that was there before is not even opened.

    Raises ValidationError on ``grace`` or ``ends_in``, RotationPending, NotFound, OwnLimits and Forbidden;
    PreconditionFailed unless the access key is one of the expected versions; for a repeat NoRepeat, or NotRotating
    where its rotation is no more; and IntegrityFailure where the pending key cannot be shown.
    """
    policy.authorize(actor, Operation.ROTATE, access_key_id=access_key_id)
    return _rotate(access_key_id, actor, RotationTimes(grace, ends_in), expected, request, is_shown=is_shown)


def rotate_self(
    *,
    actor: Actor,
    grace: timedelta | None = None,
    ends_in: timedelta | None = None,
    expected: Collection[str] | None = None,
) -> Rotated:
    """The same for the calling access key, which needs a scope that is good for nothing else."""
    policy.authorize(actor, Operation.ROTATE_SELF, access_key_id=actor.access_key_id)
    if actor.access_key_id is None:  # Somebody at a shell may do everything, and is no access key.
        raise NotFound
    return _rotate(actor.access_key_id, actor, RotationTimes(grace, ends_in), expected)


def _rotate(
    access_key_id: uuid.UUID,
    actor: Actor,
    times: RotationTimes,
    expected: Collection[str] | None,
    request: Marked | None = None,
    *,
    is_shown: bool = True,
) -> Rotated:
    is_own = access_key_id == actor.access_key_id
    with audit.operation(Action.ROTATED, actor=actor, access_key_id=access_key_id) as event:
        access_key = lock(access_key_id)
        event.concerns(access_key)
        policy.check_reach(actor, Operation.ROTATE, access_key)
        now, rotation = timezone.now(), rotation_of(access_key)
        if request is not None:
            # The clock of the machine that has begun a rotation may be ahead of this one.
            at = max(now, rotation.created_at) if rotation else now
            taken, is_new = take(request, access_key_id, at=at)
            if not is_new:
                _is_shown_again(event)
                return Rotated(access_key, *_as_of(rotation, taken.created_at), is_repeat=True)
        check_version(access_key, expected)
        times.check(of_itself=is_own)
        if rotation and not rotation.is_over:
            if not times.are_those_of(rotation):
                raise RotationPending(
                    rotation.old_key_ends_at, has_ended=rotation.has_old_key_ended, is_own=is_own
                )
            if not is_shown:
                event.is_idle = True
                return Rotated(access_key, rotation, "")
            _is_shown_again(event)
            return Rotated(access_key, rotation, unseal(rotation))
        if rotation:
            settle(access_key, rotation, actor)
        rotation = Rotation(
            access_key=access_key, created_by=actor.label, old_last_used_at=access_key.last_used_at
        )
        times.begin(rotation, now)
        key = furnish(rotation)
        begin(access_key, rotation)
        if rotation.ends_at <= now:
            endings.end_key(access_key_id, made_at=access_key.key_made_at)
        event.details = {
            "grace_seconds": int(rotation.grace.total_seconds()),
            "ends_at": written(rotation.ends_at),
        }
    return Rotated(access_key, rotation, key)


def _is_shown_again(event: audit.Entry) -> None:
    """Nothing is rotated: somebody sees a key that was there before."""
    event.action = Action.SHOWN
    event.details = {"next_key": True, "repeated_request": True}


def _as_of(rotation: Rotation | None, asked_at: datetime) -> tuple[Rotation, str]:
    """The rotation that a request of then has begun or found, and its key, in use or not."""
    if rotation is None:
        raise NotRotating
    if rotation.created_at > asked_at:
        raise NoRepeat("key_replaced")
    return rotation, unseal(rotation)
