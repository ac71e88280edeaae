"""Reset an operator who has lost what is needed to sign in."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User

from accesskeys.core.moments import written
from accesskeys.models import Action
from accesskeys.operations import audit, policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.policy import Operation
from identity_cloud.operators.exceptions import OwnAccount
from identity_cloud.operators.models import Purpose
from identity_cloud.operators.operations import links
from identity_cloud.operators.operations.find import lock
from identity_cloud.operators.operations.sessions import end_all


def reset(*, operator_id: int, actor: Actor, keep_factors: bool = False) -> links.Made:
    """Remove password and second factors, end all sessions, and make the link to begin anew.

    Whoever knows the old password could set up a second factor otherwise. Where the password alone is lost the factors
    may be kept: then they are asked for behind the link as well. Raises NoSuchOperator, OwnAccount, Inactive and
    Forbidden.
    """
    policy.authorize(actor, Operation.RESET_OPERATOR)
    with audit.operation(Action.RESET, actor=actor) as event:
        operator = lock(operator_id)
        event.is_about(operator)
        if operator == actor.operator:
            raise OwnAccount
        made = links.make(operator, Purpose.RESET, actor=actor)
        User.objects.filter(pk=operator_id).update(password=make_password(None))
        factors = Authenticator.objects.filter(user=operator)
        event.details = {
            "kept" if keep_factors else "factors": sorted(factors.values_list("type", flat=True)),
            "expires_at": written(made.link.expires_at),
        }
        if not keep_factors:
            factors.delete()
        end_all(operator)
    return made
