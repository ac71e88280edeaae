"""Change what a key may be used for."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from accesskeys.models import AccessKey, Action
from accesskeys.operations import audit, policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.find import lock
from accesskeys.operations.policy import Operation
from accesskeys.operations.validation import validate


def rescope(*, access_key_id: uuid.UUID, scopes: Iterable[str], actor: Actor) -> AccessKey:
    """Set the scopes of an access key, from the next request on.

    Raises ValidationError on ``scopes``, InsufficientScope when the actor is a key that lacks one of those before or
    after, NotFound and Forbidden.
    """
    policy.authorize(actor, Operation.RESCOPE, access_key_id=access_key_id)
    with audit.operation(Action.RESCOPED, actor=actor, access_key_id=access_key_id) as event:
        access_key = lock(access_key_id)
        event.concerns(access_key)
        policy.check_reach(actor, Operation.RESCOPE, access_key)
        before, access_key.scopes = access_key.scopes, sorted(set(scopes))
        validate(access_key, "scopes")
        policy.check_grant(actor, access_key.scopes)
        AccessKey.objects.filter(pk=access_key_id).update(scopes=access_key.scopes)
        event.details = {"scopes": {"before": before, "after": access_key.scopes}}
    return access_key
