"""Deactivate an operator, and activate one again. Accounts are not deleted: the audit log names who they are."""

from __future__ import annotations

from django.contrib.auth.models import User

from accesskeys.models import Action
from accesskeys.operations import audit, policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.policy import Operation
from identity_cloud.operators.operations import links
from identity_cloud.operators.operations.administrators import lock_administrators, require_one
from identity_cloud.operators.operations.find import lock
from identity_cloud.operators.operations.sessions import end_all


def deactivate(*, operator_id: int, actor: Actor) -> User:
    """Let the operator in no more, and end its sessions at once. A second time changes nothing.

    Access keys that it generated go on working. Raises NoSuchOperator, LastAdministrator and Forbidden.
    """
    policy.authorize(actor, Operation.DEACTIVATE_OPERATOR)
    with audit.operation(Action.DEACTIVATED, actor=actor) as event:
        administrators = lock_administrators()
        operator = lock(operator_id)
        event.is_about(operator)
        if operator.is_active:
            operator.is_active = False
            User.objects.filter(pk=operator_id).update(is_active=False)
            require_one(administrators)
        links.take_away(operator)
        end_all(operator)
    return operator


def activate(*, operator_id: int, actor: Actor) -> User:
    """Let a deactivated operator in again, as before. A second time changes nothing.

    Raises NoSuchOperator and Forbidden.
    """
    policy.authorize(actor, Operation.ACTIVATE_OPERATOR)
    with audit.operation(Action.ACTIVATED, actor=actor) as event:
        lock_administrators()
        operator = lock(operator_id)
        event.is_about(operator)
        operator.is_active = True
        User.objects.filter(pk=operator_id).update(is_active=True)
    return operator
