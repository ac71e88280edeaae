"""Change until when a key works."""

from __future__ import annotations

import uuid
from datetime import datetime

from accesskeys.operations.actors import Actor
from accesskeys.operations.change import Changed, perform
from accesskeys.operations.policy import Operation


def extend(*, access_key_id: uuid.UUID, expires_at: datetime | None, actor: Actor) -> Changed:
    """Set the expiry of an access key, later or earlier, from the next request on; None: usable until revoked.

    Raises ValidationError on ``expires_at``, OwnLimits when a key would live longer by it, NotFound and Forbidden.
    """
    kinds = {Operation.EXTEND: {"expires_at": expires_at}}
    return perform(kinds, access_key_id=access_key_id, actor=actor)
