"""Add a second factor to the own account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AbstractUser

from accesskeys.models import Action
from accesskeys.operations import audit, policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.policy import Operation
from identity_cloud.operators.factors import has_factor, kinds, passkeys, recovery_codes, totp
from identity_cloud.operators.factors.exceptions import AppExists, NoFactor
from identity_cloud.operators.operations.own import locked
from identity_cloud.operators.standing import has_first_step


def add_passkey(*, name: str, credential: dict[str, Any], actor: Actor) -> list[str]:
    """Add the passkey; returns the recovery codes that come with the first factor, and with it alone.

    Whoever signs in with passkeys alone gets none: there is no first step for them to come after.
    """
    return _add(passkeys.KIND, lambda operator: passkeys.add(operator, name, credential), actor)


def add_app(*, secret: str, used: int, actor: Actor) -> list[str]:
    """Add the app that shows codes of this secret, as ``add_passkey`` does. Raises AppExists."""
    return _add(totp.KIND, lambda operator: totp.add(operator, secret, used=used), actor)


def renew_recovery_codes(*, actor: Actor) -> list[str]:
    """Ten new ones; those from before are good for nothing now. Raises NoFactor."""
    policy.authorize(actor, Operation.ADD_FACTOR)
    with audit.operation(Action.FACTOR_ADDED, actor=actor) as event:
        operator = locked(actor)
        event.is_about(operator)
        event.details = {"kind": recovery_codes.KIND}
        if not has_factor(operator):
            raise NoFactor
        return recovery_codes.renew(operator)[1]


def _add(kind: str, make: Callable[[AbstractUser], Authenticator], actor: Actor) -> list[str]:
    policy.authorize(actor, Operation.ADD_FACTOR)
    with audit.operation(Action.FACTOR_ADDED, actor=actor) as event:
        operator = locked(actor)
        event.is_about(operator)
        event.details = {"kind": kind}
        there = kinds(operator)
        if kind == totp.KIND and kind in there:
            raise AppExists
        make(operator)
        wants_codes = recovery_codes.KIND not in there and has_first_step(operator)
        return recovery_codes.renew(operator)[1] if wants_codes else []
