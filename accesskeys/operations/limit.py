"""Limit where an access key may be used from, and how often."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from accesskeys.models import AccessKey, Action
from accesskeys.operations import audit, policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.find import lock
from accesskeys.operations.policy import Operation
from accesskeys.operations.validation import validate


def limit(
    *, access_key_id: uuid.UUID, actor: Actor, allowed_networks: Iterable[str], rate_limit: str | None
) -> AccessKey:
    """Set where a key may be used from and how often; no networks: anywhere, no rate limit: as often as one likes.

    Raises ValidationError on ``allowed_networks`` or ``rate_limit``, NotFound and Forbidden.
    """
    policy.authorize(actor, Operation.LIMIT, access_key_id=access_key_id)
    with audit.operation(Action.LIMITED, actor=actor, access_key_id=access_key_id) as event:
        access_key = lock(access_key_id)
        event.concerns(access_key)
        policy.check_reach(actor, Operation.LIMIT, access_key)
        before = _limits(access_key)
        access_key.allowed_networks = list(dict.fromkeys(allowed_networks))
        access_key.rate_limit = rate_limit or None
        validate(access_key, *before)
        after = _limits(access_key)
        AccessKey.objects.filter(pk=access_key_id).update(**after)
        event.details = {name: {"before": before[name], "after": after[name]} for name in before}
    return access_key


def _limits(access_key: AccessKey) -> dict[str, Any]:
    return {"allowed_networks": access_key.allowed_networks, "rate_limit": access_key.rate_limit}
