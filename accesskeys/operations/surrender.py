"""End a key, for whoever holds it: that is proof enough (RFC 7009)."""

from __future__ import annotations

import uuid
from typing import NamedTuple

from accesskeys.core import keyring
from accesskeys.core.exceptions import NotFound
from accesskeys.models import AccessKey, Action, Outcome, Rotation
from accesskeys.operations import audit, endings
from accesskeys.operations.actors import Actor
from accesskeys.operations.committing import known_everywhere
from accesskeys.operations.find import lock
from accesskeys.operations.rotations import drop_next_key, end_old_key, rotation_of


class _Held(NamedTuple):
    access_key_id: uuid.UUID
    digest: bytes


def surrender(*, key: str, address: str | None) -> None:
    """Refuse this key from now on, usable or not. Of two keys the other one stays; with its last, an access key goes.

    Raises InvalidKey for a key that belongs to no access key.
    """
    held = keyring.get_keyring().find(key, _holder)
    with known_everywhere():
        try:
            access_key = lock(held.access_key_id)
        except NotFound:  # Revoked meanwhile.
            return
        action = _end(access_key, held.digest)
        if action is not None:
            event = audit.Entry(action, Actor.for_access_key(access_key, address=address))
            event.concerns(access_key)
            event.details = {"by_its_key": True}
            event.write(Outcome.SUCCEEDED)


def _holder(digest: bytes) -> _Held | None:
    for rows in (AccessKey.objects, Rotation.objects):
        pk = rows.filter(digest=digest).values_list("pk", flat=True).first()
        if pk is not None:
            return _Held(pk, digest)
    return None


def _end(access_key: AccessKey, digest: bytes) -> Action | None:
    """What became of it; None: it has ended before."""
    rotation = rotation_of(access_key)
    is_next = rotation is not None and keyring.same(bytes(rotation.digest), digest)
    if rotation is not None and not rotation.has_old_key_ended:
        if is_next:
            drop_next_key(access_key, rotation)
            return Action.ROTATION_CANCELLED
        end_old_key(access_key, rotation)
        return Action.ROTATION_COMPLETED
    if rotation is None or is_next:
        endings.delete([access_key.pk])
        return Action.REVOKED
    return None
