"""One-time links: made for an operator, found by their secret, good once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import NamedTuple

from django.contrib.auth.models import User
from django.utils import timezone

from accesskeys.core import keyring, keys
from accesskeys.models import Action
from accesskeys.operations import audit
from accesskeys.operations.actors import Actor
from accesskeys.operations.allowance import Counting
from identity_cloud.operators.exceptions import Inactive, LinkClosed, PasswordsOff
from identity_cloud.operators.models import OneTimeLink, Purpose, usable_purposes

VALIDITY: Mapping[Purpose, timedelta] = MappingProxyType(
    {
        Purpose.INVITE: timedelta(hours=24),
        Purpose.RESET: timedelta(hours=24),
        Purpose.SIGN_IN: timedelta(minutes=10),
    }
)


class Made(NamedTuple):
    """A new link: its row, and its secret, this once."""

    link: OneTimeLink
    secret: str

    @property
    def operator(self) -> User:
        """Whom it lets in."""
        return self.link.operator


def make(operator: User, purpose: Purpose, *, actor: Actor) -> Made:
    """A link for the operator, in the place of any other. Ask within an operation.

    Raises Inactive and PasswordsOff.
    """
    if not operator.is_active:
        raise Inactive
    if purpose not in usable_purposes():
        raise PasswordsOff
    secret, now = keys.new_secret(), timezone.now()
    take_away(operator)
    link = OneTimeLink(
        operator=operator,
        purpose=purpose,
        digest=keyring.get_keyring().current.link_digest(secret),
        created_at=now,
        created_by=actor.label,
        expires_at=now + VALIDITY[purpose],
    )
    link.save(force_insert=True)
    return Made(link, secret)


def take_away(operator: User) -> None:
    """Let no link of this operator be good any more."""
    OneTimeLink.objects.filter(operator=operator).delete()


def find(secret: str, *, actor: Actor) -> OneTimeLink:
    """The open link with this secret, which stays good until it is used.

    Raises LinkClosed, one answer whatever the reason, or RateLimited for an address that keeps asking.
    """
    try:
        return _find(secret, actor)
    except LinkClosed:
        Counting.bad_secret(actor.address)
        raise


def by_digest(digest: bytes) -> OneTimeLink:
    """The open link with this digest; raises LinkClosed."""
    link = OneTimeLink.objects.open().select_related("operator").filter(digest=digest).first()
    if link is None:
        raise LinkClosed("used")
    return link


def use(link: OneTimeLink) -> None:
    """Let it be good no more. Raises LinkClosed for all but the first who does it."""
    used, _rows = OneTimeLink.objects.open().filter(pk=link.pk, digest=link.digest).delete()
    if not used:
        raise LinkClosed("used")


def _find(secret: str, actor: Actor) -> OneTimeLink:
    if keys.SECRET.fullmatch(secret) is None:
        raise LinkClosed("malformed")
    digests = keyring.get_keyring().link_digests(secret)
    link = OneTimeLink.objects.select_related("operator").filter(digest__in=digests).first()
    if link is None:
        raise LinkClosed("unknown")
    if not link.is_open:
        entry = audit.Entry(Action.SIGN_IN_REFUSED, actor, details={"link": link.purpose})
        entry.is_about(link.operator)
        audit.record_refusal(entry, reason="expired")
        raise LinkClosed("expired")
    return link
