"""Drop a next key that nobody has used."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from accesskeys.core.rotation_exceptions import NextKeyInUse, OldKeyEnded
from accesskeys.models import AccessKey, Action
from accesskeys.operations import audit, policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.find import lock
from accesskeys.operations.policy import Operation
from accesskeys.operations.rotations import drop_next_key, pending
from accesskeys.operations.versions import check_version


def cancel_rotation(
    *, access_key_id: uuid.UUID, actor: Actor, expected: Collection[str] | None = None
) -> AccessKey:
    """Let the present key stay the only one.

    Raises NextKeyInUse or OldKeyEnded where programs would be left without a key, NotRotating, NotFound, Forbidden,
    and PreconditionFailed unless the access key is one of the expected versions.
    """
    policy.authorize(actor, Operation.CANCEL_ROTATION, access_key_id=access_key_id)
    with audit.operation(Action.ROTATION_CANCELLED, actor=actor, access_key_id=access_key_id) as event:
        access_key = lock(access_key_id)
        event.concerns(access_key)
        policy.check_reach(actor, Operation.CANCEL_ROTATION, access_key)
        check_version(access_key, expected)
        rotation = pending(access_key)
        if rotation.first_used_at is not None:
            raise NextKeyInUse
        if rotation.has_old_key_ended:
            raise OldKeyEnded
        drop_next_key(access_key, rotation)
    return access_key
