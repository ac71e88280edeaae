"""Hand a key over by a link that shows it once, and take a link back."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accesskeys.core import keyring, keys
from accesskeys.core.exceptions import AlreadyOpened, NotFound, NotHandedOver
from accesskeys.core.moments import written
from accesskeys.models import AccessKey, Action, HandOver
from accesskeys.operations import audit, policy, rotations, showing
from accesskeys.operations.actors import Actor
from accesskeys.operations.find import get, lock
from accesskeys.operations.policy import Operation
from accesskeys.operations.unseal import unseal

HOURS = 24
MOST_HOURS = 7 * 24
MOST_OPEN = 10


class HandedOver(NamedTuple):
    """A new link: its row, and its secret, this once."""

    hand_over: HandOver
    secret: str


def hand_over(*, access_key_id: uuid.UUID, actor: Actor, hours: int = HOURS, reason: str = "") -> HandedOver:
    """Make a link for somebody without an account. It takes what showing takes: who makes it could open it.

    Raises ValidationError on ``hours``, NotHandedOver, NotFound, Forbidden, TooManyReveals, or IntegrityFailure for a
    key that the link could not show; ReasonNeeded where ``reason`` is asked for.
    """
    policy.authorize(actor, Operation.HAND_OVER, access_key_id=access_key_id)
    reason = showing.require_reason(actor, reason)
    with audit.operation(Action.HANDED_OVER, actor=actor, access_key_id=access_key_id) as event:
        access_key = get(AccessKey.objects.select_for_update(), access_key_id)
        event.concerns(access_key)
        policy.check_reach(actor, Operation.HAND_OVER, access_key)
        showing.count(event, reason)
        _require_hours(hours)
        require_usable(access_key)
        if access_key.hand_overs.open().count() >= MOST_OPEN:
            raise NotHandedOver("too_many", most=MOST_OPEN)
        unseal(rotations.latest(access_key))
        secret, now = keys.new_secret(), timezone.now()
        latest = access_key.hand_overs.aggregate(latest=Max("number"))["latest"] or 0
        made = HandOver(
            access_key=access_key,
            number=latest + 1,
            digest=keyring.get_keyring().current.hand_over_digest(secret),
            created_at=now,
            created_by=actor.label,
            expires_at=now + timedelta(hours=hours),
        )
        made.save(force_insert=True)
        event.details |= {"hand_over": made.number, "expires_at": written(made.expires_at)}
    return HandedOver(made, secret)


def take_back(*, access_key_id: uuid.UUID, number: int, actor: Actor) -> HandOver:
    """Let a link that nobody has opened show nothing from now on. A second time changes nothing.

    Raises AlreadyOpened, NotFound and Forbidden.
    """
    policy.authorize(actor, Operation.TAKE_BACK, access_key_id=access_key_id)
    with audit.operation(Action.HAND_OVER_TAKEN_BACK, actor=actor, access_key_id=access_key_id) as event:
        access_key = lock(access_key_id)
        event.concerns(access_key)
        policy.check_reach(actor, Operation.TAKE_BACK, access_key)
        event.details = {"hand_over": number}
        taken = access_key.hand_overs.filter(number=number).first()
        if taken is None:
            raise NotFound
        if taken.opened_at is not None:
            raise AlreadyOpened
        if taken.taken_back_at is None:
            taken.taken_back_at = timezone.now()
            HandOver.objects.filter(pk=taken.pk).update(taken_back_at=taken.taken_back_at)
    return taken


def require_usable(access_key: AccessKey) -> None:
    """Raise NotHandedOver for a key that would be refused; its code says why."""
    if access_key.is_suspended:
        raise NotHandedOver("suspended")
    if access_key.is_expired:
        raise NotHandedOver("expired")


def _require_hours(hours: int) -> None:
    if not 1 <= hours <= MOST_HOURS:
        sentence = _("Choose from 1 to %(most)d hours.")
        raise ValidationError(
            {"hours": ValidationError(sentence, code="invalid", params={"most": MOST_HOURS})}
        )
