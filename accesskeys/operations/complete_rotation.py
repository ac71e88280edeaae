"""End the old key of an access key, before its time."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from accesskeys.models import AccessKey, Action
from accesskeys.operations import audit, policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.find import lock
from accesskeys.operations.policy import Operation
from accesskeys.operations.rotations import end_old_key, pending
from accesskeys.operations.versions import check_version


def complete_rotation(
    *, access_key_id: uuid.UUID, actor: Actor, expected: Collection[str] | None = None
) -> AccessKey:
    """Make the next key the only one. When this returns, no process accepts the old one any more.

    Raises NotRotating, NotFound, Forbidden, and PreconditionFailed unless the access key is one of the expected
    versions.
    """
    policy.authorize(actor, Operation.COMPLETE_ROTATION, access_key_id=access_key_id)
    with audit.operation(Action.ROTATION_COMPLETED, actor=actor, access_key_id=access_key_id) as event:
        access_key = lock(access_key_id)
        event.concerns(access_key)
        policy.check_reach(actor, Operation.COMPLETE_ROTATION, access_key)
        check_version(access_key, expected)
        rotation = pending(access_key)
        end_old_key(access_key, rotation)
        event.details = {"next_key_used": rotation.first_used_at is not None}
    return access_key
