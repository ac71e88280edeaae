"""Limit where an access key may be used from, and how often."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable

from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from accesskeys.operations.change import perform
from accesskeys.operations.policy import Operation


def limit(
    *,
    access_key_id: uuid.UUID,
    actor: Actor,
    allowed_networks: Iterable[str],
    rate_limit: str | None,
    expected: Collection[str] | None = None,
) -> AccessKey:
    """Set where a key may be used from and how often; no networks: anywhere, no rate limit: as often as one likes.

    Raises ValidationError on ``allowed_networks`` or ``rate_limit``, NotFound, Forbidden, and PreconditionFailed
    unless the access key is one of the expected versions.
    """
    kinds = {Operation.LIMIT: {"allowed_networks": allowed_networks, "rate_limit": rate_limit}}
    return perform(kinds, access_key_id=access_key_id, actor=actor, expected=expected).access_key
