"""Generate an access key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from accesskeys.models import AccessKey, Action
from accesskeys.operations import audit, policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.drafts import WISHED, Wish, defer, described, draft_of, furnish
from accesskeys.operations.policy import Operation
from accesskeys.operations.validation import name_is_unique, validate


def generate(
    *,
    name: str,
    actor: Actor,
    scopes: Iterable[str] = (),
    expires_at: datetime | None = None,
    allowed_networks: Iterable[str] = (),
    rate_limit: str | None = None,
    description: str = "",
    owner: str = "",
    labels: Mapping[str, str] = MappingProxyType({}),
) -> tuple[AccessKey, str]:
    """Generate an access key; returns it and its key.

    Raises ValidationError on ``name`` (``invalid``, ``unique``), ``scopes`` or ``expires_at``, InsufficientScope
    when the actor is a key that lacks one of the scopes, and Forbidden.
    """
    wish = Wish(
        name, tuple(scopes), expires_at, tuple(allowed_networks), rate_limit, description, owner, labels
    )
    policy.authorize(actor, Operation.GENERATE)
    with audit.operation(Action.GENERATED, actor=actor) as event:
        event.asks_for(name)
        access_key = draft_of(wish, actor)
        key = furnish(access_key)
        validate(access_key, *WISHED)
        policy.check_grant(actor, access_key.scopes)
        with name_is_unique():
            access_key.save(force_insert=True)
        event.concerns(access_key)
        event.details = described(access_key)
    defer(access_key)
    return access_key, key
