"""Give an access key another key, while programs still use the present one."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accesskeys.core.exceptions import NotFound
from accesskeys.core.moments import written
from accesskeys.models import AccessKey, Action, Rotation
from accesskeys.operations import audit, endings, policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.drafts import furnish
from accesskeys.operations.find import lock
from accesskeys.operations.policy import Operation
from accesskeys.operations.rotations import (
    END,
    GRACE,
    LONGEST_END,
    LONGEST_GRACE,
    begin,
    rotation_of,
    settle,
)
from accesskeys.operations.unseal import unseal


class Rotated(NamedTuple):
    """An access key, its rotation, and the next key."""

    access_key: AccessKey
    rotation: Rotation
    key: str


def rotate(
    *, access_key_id: uuid.UUID, actor: Actor, grace: timedelta = GRACE, ends_in: timedelta = END
) -> Rotated:
    """Make the next key of an access key, or give the one that is pending once more, with its times as they are.

    Both keys are accepted until the old one ends: ``grace`` after the first use of the next one, and in ``ends_in`` at
    the latest; at 0 it is refused from now on. A rotation is pending until the old key has ended *and* the next one is
    in use: whoever asks again because an answer was lost never kills what a program has.

    Raises ValidationError on ``grace`` or ``ends_in``, NotFound, OwnLimits and Forbidden, and IntegrityFailure where
    the pending key cannot be shown.
    """
    policy.authorize(actor, Operation.ROTATE, access_key_id=access_key_id)
    return _rotate(access_key_id, actor, grace, ends_in)


def rotate_self(*, actor: Actor, grace: timedelta = GRACE, ends_in: timedelta = END) -> Rotated:
    """The same for the calling access key, which needs a scope that is good for nothing else."""
    policy.authorize(actor, Operation.ROTATE_SELF, access_key_id=actor.access_key_id)
    if actor.access_key_id is None:  # Somebody at a shell may do everything, and is no access key.
        raise NotFound
    return _rotate(actor.access_key_id, actor, grace, ends_in)


def _rotate(access_key_id: uuid.UUID, actor: Actor, grace: timedelta, ends_in: timedelta) -> Rotated:
    with audit.operation(Action.ROTATED, actor=actor, access_key_id=access_key_id) as event:
        access_key = lock(access_key_id)
        event.concerns(access_key)
        policy.check_reach(actor, Operation.ROTATE, access_key)
        _check_times(grace, ends_in)
        rotation = rotation_of(access_key)
        if rotation and not rotation.is_over:
            event.details = {"again": True}
            return Rotated(access_key, rotation, unseal(rotation))
        if rotation:
            settle(access_key, rotation, actor)
        rotation = Rotation(
            access_key=access_key,
            created_by=actor.label,
            grace=grace,
            ends_at=timezone.now() + ends_in,
            old_last_used_at=access_key.last_used_at,
        )
        key = furnish(rotation)
        begin(access_key, rotation)
        if not ends_in:
            endings.end_key(access_key_id, made_at=access_key.key_made_at)
        event.details = {"grace_seconds": int(grace.total_seconds()), "ends_at": written(rotation.ends_at)}
    return Rotated(access_key, rotation, key)


def _check_times(grace: timedelta, ends_in: timedelta) -> None:
    errors = {
        name: ValidationError(sentence, code="out_of_range")
        for name, value, longest, sentence in (
            ("grace", grace, LONGEST_GRACE, _("Choose a grace of 0 to 30 days.")),
            ("ends_in", ends_in, LONGEST_END, _("Let the old key end within 365 days.")),
        )
        if not timedelta(0) <= value <= longest
    }
    if errors:
        raise ValidationError(errors)
