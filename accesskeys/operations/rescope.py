"""Change what a key may be used for."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from accesskeys.operations.change import perform
from accesskeys.operations.policy import Operation


def rescope(*, access_key_id: uuid.UUID, scopes: Iterable[str], actor: Actor) -> AccessKey:
    """Set the scopes of an access key, from the next request on.

    Raises ValidationError on ``scopes``, InsufficientScope when the actor is a key that lacks one of those before or
    after, NotFound and Forbidden.
    """
    kinds = {Operation.RESCOPE: {"scopes": scopes}}
    return perform(kinds, access_key_id=access_key_id, actor=actor).access_key
