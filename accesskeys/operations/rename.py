"""Give an access key another name."""

from __future__ import annotations

import uuid

from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from accesskeys.operations.change import perform
from accesskeys.operations.policy import Operation


def rename(*, access_key_id: uuid.UUID, name: str, actor: Actor) -> AccessKey:
    """Give an access key another name; its key stays as it is.

    Raises ValidationError on ``name`` (``invalid``, ``unique``), NotFound and Forbidden.
    """
    kinds = {Operation.RENAME: {"name": name}}
    return perform(kinds, access_key_id=access_key_id, actor=actor).access_key
