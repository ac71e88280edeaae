"""Generate an access key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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
    beginning: Callable[[AccessKey], None] | None = None,
) -> tuple[AccessKey, str]:
    """Generate an access key; returns it and its key, which is limited from the first moment on.

    Raises ValidationError on ``name`` (``invalid``, ``unique``) or another field, InsufficientScope when the actor is
    a key that lacks one of the scopes, WiderThanOwn when it has narrower limits, and Forbidden.

    ``beginning`` is called with the new row at the start of the transaction, before anything is looked up.
    """
    wish = Wish(
        name, tuple(scopes), expires_at, tuple(allowed_networks), rate_limit, description, owner, labels
    )
    policy.authorize(actor, Operation.GENERATE)
    with audit.operation(Action.GENERATED, actor=actor) as event:
        event.asks_for(name)
        access_key = draft_of(wish, actor)
        if beginning is not None:
            beginning(access_key)
        key = furnish(access_key)
        validate(access_key, *WISHED)
        policy.check_grant(actor, access_key.scopes)
        policy.check_confinement(actor, access_key)
        with name_is_unique():
            access_key.save(force_insert=True)
        event.concerns(access_key)
        event.details = described(access_key)
    defer(access_key)
    return access_key, key
