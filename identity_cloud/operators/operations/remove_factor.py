"""Remove a second factor from the own account."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings

from accesskeys.models import Action
from accesskeys.operations import audit, policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.policy import Operation
from identity_cloud.operators.factors import FACTORS, is_last
from identity_cloud.operators.factors.exceptions import LastFactor, NoSuchFactor
from identity_cloud.operators.operations import sessions
from identity_cloud.operators.operations.own import locked


def remove_factor(*, factor_id: int, but: str | None, actor: Actor) -> Authenticator:
    """Remove it, and end the operator's sessions, but for the one with this key.

    With the last one that can be used all others go as well. Raises NoSuchFactor, and LastFactor where one is required.
    """
    policy.authorize(actor, Operation.REMOVE_FACTOR)
    with audit.operation(Action.FACTOR_REMOVED, actor=actor) as event:
        operator = locked(actor)
        event.is_about(operator)
        factors = Authenticator.objects.filter(user_id=operator.pk, type__in=FACTORS)
        factor: Authenticator | None = factors.filter(pk=factor_id).first()
        if factor is None:
            raise NoSuchFactor
        event.details = {"kind": factor.type}
        if is_last(factor):
            if settings.SECOND_FACTOR_REQUIRED:
                raise LastFactor
            Authenticator.objects.filter(user_id=operator.pk).exclude(pk=factor_id).delete()
        Authenticator.objects.filter(pk=factor_id).delete()
        sessions.end_all(operator, but=but)
        return factor
