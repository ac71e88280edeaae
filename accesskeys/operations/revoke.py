"""Revoke an access key, for good."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import NamedTuple

from accesskeys.models import Action
from accesskeys.operations import audit, endings, policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.find import lock
from accesskeys.operations.policy import Operation
from accesskeys.operations.versions import check_version


class RevokedAccessKey(NamedTuple):
    """What is left to say about an access key after it is gone."""

    id: uuid.UUID
    name: str


def revoke(
    *, access_key_id: uuid.UUID, actor: Actor, expected: Collection[str] | None = None
) -> RevokedAccessKey:
    """Delete an access key for good. When this returns, no process accepts its key any more.

    Raises NotFound, Forbidden, and PreconditionFailed unless the access key is one of the expected versions.
    """
    policy.authorize(actor, Operation.REVOKE, access_key_id=access_key_id)
    with audit.operation(Action.REVOKED, actor=actor, access_key_id=access_key_id) as event:
        access_key = lock(access_key_id)
        event.concerns(access_key)
        policy.check_reach(actor, Operation.REVOKE, access_key)
        check_version(access_key, expected)
        endings.delete([access_key_id])
    return RevokedAccessKey(access_key_id, access_key.name)
