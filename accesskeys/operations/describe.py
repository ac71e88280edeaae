"""Say what an access key is for, and whose it is."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping

from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from accesskeys.operations.change import perform
from accesskeys.operations.policy import Operation


def describe(
    *,
    access_key_id: uuid.UUID,
    actor: Actor,
    description: str | None = None,
    owner: str | None = None,
    labels: Mapping[str, str] | None = None,
    expected: Collection[str] | None = None,
) -> AccessKey:
    """Set facts for people; None leaves one as it is. No decision looks at them.

    Raises ValidationError on ``description``, ``owner`` or ``labels``, NotFound, Forbidden, and PreconditionFailed
    unless the access key is one of the expected versions.
    """
    wished = {"description": description, "owner": owner, "labels": labels}
    kinds = {Operation.DESCRIBE: {name: value for name, value in wished.items() if value is not None}}
    return perform(kinds, access_key_id=access_key_id, actor=actor, expected=expected).access_key
