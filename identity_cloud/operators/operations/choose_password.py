"""Choose a password behind a one-time link."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User

from accesskeys.models import Action
from accesskeys.operations import audit
from accesskeys.operations.actors import Actor
from identity_cloud.operators.models import OneTimeLink
from identity_cloud.operators.operations import links
from identity_cloud.operators.operations.sessions import end_all


def choose_password(*, link: OneTimeLink, password: str, address: str | None) -> User:
    """Give the operator of the link this password, which was found good, and use the link up.

    Raises LinkClosed for all but the first.
    """
    hashed = make_password(password)  # Ahead of the transaction, in which others would wait for it.
    actor = Actor.for_operator(link.operator, address=address)
    with audit.operation(Action.PASSWORD_CHANGED, actor=actor) as event:
        event.is_about(link.operator)
        event.details = {"link": link.purpose}
        links.use(link)
        User.objects.filter(pk=link.operator_id).update(password=hashed)
        end_all(link.operator)
    link.operator.password = hashed
    return link.operator
