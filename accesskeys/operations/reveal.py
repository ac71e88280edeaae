"""Show a key."""

from __future__ import annotations

import uuid

from accesskeys.core.rotation_exceptions import NotRotating
from accesskeys.models import AccessKey, Action
from accesskeys.operations import audit, policy, showing
from accesskeys.operations.actors import Actor
from accesskeys.operations.find import get
from accesskeys.operations.hints import keep_hint
from accesskeys.operations.policy import Operation
from accesskeys.operations.rotations import rotation_of
from accesskeys.operations.unseal import unseal


def reveal(
    *,
    access_key_id: uuid.UUID,
    actor: Actor,
    to_copy: bool = False,
    of_next_key: bool = False,
    reason: str = "",
) -> str:
    """Show a key, or hand it to an operator's clipboard unseen. The audit event is committed before the key leaves.

    Of two keys it is the present one, unless the next is asked for or is the only one that is left.

    Raises NotFound, NotRotating, Forbidden, TooManyReveals, or IntegrityFailure when the sealed key does not open to
    what the digest names; ReasonNeeded where ``reason`` is asked for.
    """
    operation, action = (Operation.COPY, Action.COPIED) if to_copy else (Operation.REVEAL, Action.SHOWN)
    policy.authorize(actor, operation, access_key_id=access_key_id)
    reason = showing.require_reason(actor, reason)
    with audit.operation(action, actor=actor, access_key_id=access_key_id) as event:
        access_key = get(AccessKey.objects.select_for_update(), access_key_id)
        event.concerns(access_key)
        policy.check_reach(actor, operation, access_key)
        showing.count(event, reason)
        rotation = rotation_of(access_key)
        if rotation and (of_next_key or rotation.has_old_key_ended):
            event.details["next_key"] = True
            return keep_hint(rotation, unseal(rotation))
        if of_next_key:
            raise NotRotating
        return keep_hint(access_key, unseal(access_key))
