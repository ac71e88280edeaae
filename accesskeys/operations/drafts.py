"""New rows: from a wish to what is inserted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from accesskeys.core import keyring
from accesskeys.models import AccessKey
from accesskeys.models.sealed_key import SealedKey
from accesskeys.operations.actors import Actor
from accesskeys.operations.hints import hint_of
from accesskeys.operations.keeping import as_kept


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

    What a key generates is confined as it is itself where nothing narrower is wished for: it would free itself
    otherwise, by way of another. Whether it is narrower, ``policy.check_confinement`` says of a draft that is valid.
    """
    wished = as_kept(wish._asdict())
    confined = {
        "allowed_networks": wished["allowed_networks"] or list(actor.allowed_networks),
        "rate_limit": wished["rate_limit"] or actor.rate_limit,
        "expires_at": min(filter(None, (wish.expires_at, actor.expires_at)), default=None),
    }
    return AccessKey(**{**wished, **confined}, created_by=actor.label)


def furnish(row: SealedKey) -> str:
    """Give a new row its digest and its sealed key; returns the key, which the row never holds."""
    ring = keyring.get_keyring()
    key = ring.new_key()
    sealed = ring.current.seal(key, row_id=row.pk)
    row.digest = ring.current.digest(key)
    row.digest_key_id = ring.current.id
    row.sealed = sealed.text
    row.sealed_key_id = sealed.key_id
    row.hint = hint_of(key)
    return key


def defer(access_key: AccessKey) -> None:
    """Let a new row know as little as one that is read: then Django inserts it no second time, whoever saves it."""
    del access_key.digest, access_key.sealed


def described(access_key: AccessKey) -> dict[str, Any]:
    """What the audit log keeps of a new access key: limits and facts only where it has some."""
    expires_at = access_key.expires_at
    extras = {name: getattr(access_key, name) for name in WISHED[WISHED.index("allowed_networks") :]}
    return {
        "scopes": access_key.scopes,
        "expires_at": expires_at.isoformat() if expires_at else None,
        **{name: value for name, value in extras.items() if value},
    }
