"""A link that signs an operator in, for the day on which nothing else does."""

from __future__ import annotations

import logging

from django.contrib.auth.models import User

from accesskeys.core.moments import written
from accesskeys.models import Action
from accesskeys.operations import audit, policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.policy import Operation
from identity_cloud.operators.models import OneTimeLink, Purpose
from identity_cloud.operators.operations import links
from identity_cloud.operators.operations.find import lock

logger = logging.getLogger("identity_cloud.operators")


def make_sign_in_link(*, operator_id: int, actor: Actor) -> links.Made:
    """A link that is good for ten minutes. For commands: an administrator of the console would sign in as others.

    Raises NoSuchOperator, Inactive and Forbidden.
    """
    policy.authorize(actor, Operation.INVITE_OPERATOR)
    with audit.operation(Action.INVITED, actor=actor) as event:
        operator = lock(operator_id)
        event.is_about(operator)
        made = links.make(operator, Purpose.SIGN_IN, actor=actor)
        event.details = {"link": made.link.purpose, "expires_at": written(made.link.expires_at)}
    logger.warning("A link that signs %s in was made by %s.", operator.get_username(), actor.label)
    return made


def use_sign_in_link(*, link: OneTimeLink) -> User:
    """The operator whom the link signs in, once. Raises LinkClosed for all but the first."""
    links.use(link)
    logger.warning("The link that signs %s in was opened.", link.operator.get_username())
    return link.operator
