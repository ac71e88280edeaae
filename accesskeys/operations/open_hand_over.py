"""Open a link that shows a key once."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from django.utils import timezone

from accesskeys.core import keyring, keys
from accesskeys.core.exceptions import HandOverClosed, NotFound, NotHandedOver
from accesskeys.models import AccessKey, Action, HandOver
from accesskeys.operations import audit
from accesskeys.operations.actors import Actor
from accesskeys.operations.allowance import Counting
from accesskeys.operations.find import get
from accesskeys.operations.hand_over import require_usable
from accesskeys.operations.rotations import latest
from accesskeys.operations.unseal import unseal


class Opened(NamedTuple):
    """The key, this once, and what it is called."""

    name: str
    key: str


def open_hand_over(*, secret: str, actor: Actor) -> Opened:
    """Show the key of a link to whoever holds it. Link and audit event are committed before the key leaves.

    A link to an access key that is suspended stays closed, and is not used up: its key would be refused, and whoever
    suspends one wants it in no more hands.

    Raises HandOverClosed, one answer whatever the reason, RateLimited for an address that keeps asking, or
    IntegrityFailure.
    """
    try:
        return _open(_find(secret), actor)
    except HandOverClosed:
        Counting.bad_secret(actor.address)
        raise


def _find(secret: str) -> HandOver:
    """The row of the link. An unknown one is about no access key, so the audit log has no place for it."""
    if keys.SECRET.fullmatch(secret) is None:
        raise HandOverClosed("malformed")
    digests = keyring.get_keyring().hand_over_digests(secret)
    found = HandOver.objects.filter(digest__in=digests).first()
    if found is None:
        raise HandOverClosed("unknown")
    return found


def _open(found: HandOver, actor: Actor) -> Opened:
    access_key_id = found.access_key_id
    with audit.operation(Action.HAND_OVER_OPENED, actor=actor, access_key_id=access_key_id) as event:
        event.details = {"hand_over": found.number, "handed_over_by": found.created_by}
        access_key = _lock(access_key_id)
        event.concerns(access_key)
        found.refresh_from_db()  # Whoever holds the access key holds its links.
        if found.closed_by:
            raise HandOverClosed(found.closed_by)
        try:
            require_usable(access_key)
        except NotHandedOver as refusal:
            raise HandOverClosed(refusal.code) from None
        key = unseal(latest(access_key))
        HandOver.objects.filter(pk=found.pk).update(opened_at=timezone.now(), opened_from=actor.address)
    return Opened(access_key.name, key)


def _lock(access_key_id: UUID) -> AccessKey:
    try:
        return get(AccessKey.objects.select_for_update(), access_key_id)
    except NotFound:
        raise HandOverClosed("revoked") from None
