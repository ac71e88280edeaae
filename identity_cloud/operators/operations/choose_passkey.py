"""Make a passkey behind a one-time link, in the place of a password."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator

from accesskeys.models import Action
from accesskeys.operations import audit
from accesskeys.operations.actors import Actor
from identity_cloud.operators.factors import has_factor, passkeys
from identity_cloud.operators.factors.exceptions import KeptFactor
from identity_cloud.operators.models import OneTimeLink
from identity_cloud.operators.operations import links
from identity_cloud.operators.operations.sessions import end_all


def choose_passkey(
    *, link: OneTimeLink, name: str, credential: dict[str, Any], address: str | None
) -> Authenticator:
    """Give the operator of the link this passkey, and use the link up.

    No recovery codes come with it: they stand in for a second step, and there is no first one. Raises LinkClosed for
    all but the first, and KeptFactor where the operator has a factor already.
    """
    actor = Actor.for_operator(link.operator, address=address)
    with audit.operation(Action.FACTOR_ADDED, actor=actor) as event:
        event.is_about(link.operator)
        event.details = {"kind": passkeys.KIND, "link": link.purpose}
        if has_factor(link.operator):
            raise KeptFactor
        links.use(link)
        passkey = passkeys.add(link.operator, name, credential)
        end_all(link.operator)
    return passkey
