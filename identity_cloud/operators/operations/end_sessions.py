"""End the sessions of an operator, who can sign in again."""

from __future__ import annotations

from accesskeys.models import Action
from accesskeys.operations import audit, policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.policy import Operation
from identity_cloud.operators.operations.find import lock
from identity_cloud.operators.operations.sessions import end_all


def end_sessions(*, operator_id: int, actor: Actor, but: str | None = None) -> int:
    """End all of them but the one with this key; returns how many. Raises NoSuchOperator and Forbidden."""
    policy.authorize(actor, Operation.END_SESSIONS)
    with audit.operation(Action.SESSION_ENDED, actor=actor) as event:
        operator = lock(operator_id)
        event.is_about(operator)
        ended = end_all(operator, but=but)
        event.details = {"sessions": ended}
    return ended
