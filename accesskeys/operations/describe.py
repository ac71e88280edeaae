"""Say what an access key is for, and whose it is."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from accesskeys.models import AccessKey, Action
from accesskeys.operations import audit, policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.find import lock
from accesskeys.operations.policy import Operation
from accesskeys.operations.validation import validate


def describe(
    *,
    access_key_id: uuid.UUID,
    actor: Actor,
    description: str | None = None,
    owner: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> AccessKey:
    """Set facts for people; None leaves one as it is. No decision looks at them.

    Raises ValidationError on ``description``, ``owner`` or ``labels``, NotFound and Forbidden.
    """
    wished = {"description": description, "owner": owner, "labels": labels}
    after = {name: value for name, value in wished.items() if value is not None}
    policy.authorize(actor, Operation.DESCRIBE, access_key_id=access_key_id)
    with audit.operation(Action.DESCRIBED, actor=actor, access_key_id=access_key_id) as event:
        access_key = lock(access_key_id)
        event.concerns(access_key)
        policy.check_reach(actor, Operation.DESCRIBE, access_key)
        before = {name: getattr(access_key, name) for name in after}
        for name, value in after.items():
            setattr(access_key, name, value)
        validate(access_key, *after)
        AccessKey.objects.filter(pk=access_key_id).update(**after)
        event.details = {name: {"before": before[name], "after": after[name]} for name in after}
    return access_key
