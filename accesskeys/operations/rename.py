"""Give an access key another name."""

from __future__ import annotations

import uuid

from accesskeys.models import AccessKey, Action
from accesskeys.operations import audit, policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.find import lock
from accesskeys.operations.policy import Operation
from accesskeys.operations.validation import name_is_unique, validate


def rename(*, access_key_id: uuid.UUID, name: str, actor: Actor) -> AccessKey:
    """Give an access key another name; its key stays as it is.

    Raises ValidationError on ``name`` (``invalid``, ``unique``), NotFound and Forbidden.
    """
    policy.authorize(actor, Operation.RENAME, access_key_id=access_key_id)
    with audit.operation(Action.RENAMED, actor=actor, access_key_id=access_key_id) as event:
        access_key = lock(access_key_id)
        event.concerns(access_key)
        policy.check_reach(actor, Operation.RENAME, access_key)
        name_before, access_key.name = access_key.name, name
        validate(access_key, "name")
        with name_is_unique():
            # An UPDATE of one column, never save(): a row that is gone stays gone.
            AccessKey.objects.filter(pk=access_key_id).update(name=name)
        event.concerns(access_key)
        event.details = {"name": {"before": name_before, "after": name}}
    return access_key
