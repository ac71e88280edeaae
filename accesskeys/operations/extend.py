"""Change until when a key works."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import NamedTuple

from accesskeys.core.moments import written
from accesskeys.models import AccessKey, Action
from accesskeys.operations import audit, policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.find import lock
from accesskeys.operations.policy import Operation
from accesskeys.operations.validation import validate


class Extended(NamedTuple):
    """The access key with its new expiry, and whether it had expired: then it works again from now on."""

    access_key: AccessKey
    works_again: bool


def extend(*, access_key_id: uuid.UUID, expires_at: datetime | None, actor: Actor) -> Extended:
    """Set the expiry of an access key, later or earlier, from the next request on; None: usable until revoked.

    Raises ValidationError on ``expires_at``, OwnLimits when a key would live longer by it, NotFound and Forbidden.
    """
    policy.authorize(actor, Operation.EXTEND, access_key_id=access_key_id)
    with audit.operation(Action.EXTENDED, actor=actor, access_key_id=access_key_id) as event:
        access_key = lock(access_key_id)
        event.concerns(access_key)
        policy.check_reach(actor, Operation.EXTEND, access_key)
        had_expired, before = access_key.is_expired, access_key.expires_at
        if expires_at != before:  # The same again is no mistake, even where it has passed.
            access_key.expires_at = expires_at
            validate(access_key, "expires_at")
            AccessKey.objects.filter(pk=access_key_id).update(expires_at=expires_at)
        event.details = {"expires_at": {"before": _told(before), "after": _told(expires_at)}}
    return Extended(access_key, had_expired and not access_key.is_expired)


def _told(moment: datetime | None) -> str | None:
    return None if moment is None else written(moment)
