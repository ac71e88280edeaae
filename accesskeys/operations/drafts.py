"""New rows: from a wish to what is inserted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from accesskeys.core import keyring
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor


class Wish(NamedTuple):
    """An access key that somebody would like to have."""

    name: str
    scopes: Sequence[str] = ()
    expires_at: datetime | None = None
    allowed_networks: Sequence[str] = ()
    rate_limit: str | None = None
    description: str = ""
    owner: str = ""
    labels: Mapping[str, str] = MappingProxyType({})


WISHED: Final = Wish._fields


def draft_of(wish: Wish, actor: Actor) -> AccessKey:
    """The row of an access key to come, without digest and sealed key.

    What a key generates is confined as it is itself: it would free itself otherwise, by way of another.
    """
    return AccessKey(
        name=wish.name,
        scopes=sorted(set(wish.scopes)),
        allowed_networks=list(actor.allowed_networks or dict.fromkeys(wish.allowed_networks)),
        rate_limit=actor.rate_limit or wish.rate_limit,
        description=wish.description,
        owner=wish.owner,
        labels=dict(wish.labels),
        expires_at=min(filter(None, (wish.expires_at, actor.expires_at)), default=None),
        created_by=actor.label,
    )


def furnish(access_key: AccessKey) -> str:
    """Give a new row its digest and its sealed key; returns the key, which the row never holds."""
    ring = keyring.get_keyring()
    key = ring.new_key()
    sealed = ring.current.seal(key, row_id=access_key.pk)
    access_key.digest = ring.current.digest(key)
    access_key.digest_key_id = ring.current.id
    access_key.sealed = sealed.text
    access_key.sealed_key_id = sealed.key_id
    return key


def defer(access_key: AccessKey) -> None:
    """Let a new row know as little as one that is read: then Django inserts it no second time, whoever saves it."""
    del access_key.digest, access_key.sealed


def described(access_key: AccessKey) -> dict[str, Any]:
    """What the audit log keeps of a new access key."""
    expires_at = access_key.expires_at
    return {"scopes": access_key.scopes, "expires_at": expires_at.isoformat() if expires_at else None}
