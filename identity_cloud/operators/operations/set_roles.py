"""Change the roles of an operator."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import User

from accesskeys.models import Action
from accesskeys.operations import audit, policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.policy import Operation
from identity_cloud.operators.exceptions import RolesChanged
from identity_cloud.operators.operations.administrators import lock_administrators, require_one
from identity_cloud.operators.operations.find import lock
from identity_cloud.operators.operations.roles import give, require_roles, roles_of
from identity_cloud.operators.operations.sessions import end_all


def set_roles(
    *,
    operator_id: int,
    roles: Collection[str],
    actor: Actor,
    expected: Collection[str] | None = None,
    but: str | None = None,
) -> User:
    """Let the operator have these roles, and end its sessions but this one. Roles that it has already change nothing.

    A superuser of Django is one no more: from now on the roles say what the operator may do. Raises NoSuchOperator,
    LastAdministrator, ValidationError, Forbidden, and RolesChanged where the roles are not the expected ones.
    """
    policy.authorize(actor, Operation.SET_ROLES)
    with audit.operation(Action.ROLES_CHANGED, actor=actor) as event:
        administrators = lock_administrators()
        operator = lock(operator_id)
        event.is_about(operator)
        before = roles_of(operator)
        if expected is not None and set(expected) != set(before):
            raise RolesChanged
        require_roles(roles)
        give(operator, roles)
        after = roles_of(operator)
        event.details = {"roles": {"before": before, "after": after}}
        if operator.is_superuser:
            event.details["superuser"] = {"before": True, "after": False}
        elif before == after:
            return operator
        User.objects.filter(pk=operator_id).update(is_superuser=False, is_staff=False)
        require_one(administrators)
        end_all(operator, but=but)
    return operator
