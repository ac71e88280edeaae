"""Invite an operator, or create one whose password is known already."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from accesskeys.core.moments import written
from accesskeys.models import Action
from accesskeys.operations import audit, policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.policy import Operation
from identity_cloud.operators import names
from identity_cloud.operators.models import Purpose
from identity_cloud.operators.operations import links
from identity_cloud.operators.operations.administrators import lock_administrators
from identity_cloud.operators.operations.roles import give, require_roles


def invite(*, name: str, roles: Collection[str], actor: Actor) -> links.Made:
    """An operator without a password, and the link to set one. Raises ValidationError and Forbidden."""
    policy.authorize(actor, Operation.INVITE_OPERATOR)
    with audit.operation(Action.INVITED, actor=actor) as event:
        operator = _create(name, roles, None, event)
        made = links.make(operator, Purpose.INVITE, actor=actor)
        event.details["expires_at"] = written(made.link.expires_at)
    return made


def create(*, name: str, roles: Collection[str], password: str, actor: Actor) -> User:
    """An operator with a password. Whether it is a good one is asked by who reads it: this is for commands.

    Raises ValidationError and Forbidden.
    """
    policy.authorize(actor, Operation.INVITE_OPERATOR)
    hashed = make_password(password)  # Ahead of the transaction, in which others would wait for it.
    with audit.operation(Action.CREATED, actor=actor) as event:
        return _create(name, roles, hashed, event)


def _create(name: str, roles: Collection[str], hashed: str | None, event: audit.Entry) -> User:
    lock_administrators()  # One after the other, so that two names which are read alike are not both new.
    operator = User(username=name, password=hashed or make_password(None))
    operator.clean_fields(exclude={"password"})
    try:
        names.check(name, pk=None)
    except ValidationError as refusal:
        raise ValidationError({"username": refusal}) from None
    require_roles(roles)
    operator.save(force_insert=True)
    give(operator, roles)
    event.is_about(operator)
    event.details = {"roles": sorted(roles)}
    return operator
