"""The roles of an operator who signs in at the identity provider are what the provider says, at each sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import Group, User

from accesskeys.models import Action
from accesskeys.operations import audit
from accesskeys.operations.actors import Actor
from accesskeys.operations.audit import Entry
from identity_cloud.operators import exceptions
from identity_cloud.operators.operations.administrators import lock_administrators, require_one
from identity_cloud.operators.single_sign_on import sessions
from identity_cloud.operators.single_sign_on.conf import named
from identity_cloud.operators.single_sign_on.exceptions import LastAdministrator


def of(claims: Mapping[str, Any]) -> list[str]:
    """The roles that the claim stands for, sorted. Values that the settings do not name stand for none."""
    said = claims.get(named().roles_claim)
    values = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    return sorted({role for value, role in named().roles if value in values})


def renew(operator: User, roles: list[str], *, actor: Actor) -> None:
    """Let the operator have these roles and no others. A change ends the sessions that were begun with the old ones.

    Raises LastAdministrator.
    """
    if _held(operator) == roles:
        return
    with audit.operation(Action.ROLES_CHANGED, actor=actor) as entry:
        before = lock_administrators()
        give(User.objects.select_for_update().get(pk=operator.pk), roles, entry)
        try:
            require_one(before)
        except exceptions.LastAdministrator:
            raise LastAdministrator("last_administrator", operator=operator) from None
    sessions.end_all(operator, actor=actor)


def give(operator: User, roles: list[str], entry: Entry) -> None:
    """Set the roles, within an operation that keeps what they were before and after."""
    entry.is_about(operator)
    entry.details = {"roles": {"before": _held(operator), "after": roles}}
    operator.groups.set(Group.objects.filter(name__in=roles))


def _held(operator: User) -> list[str]:
    return sorted(operator.groups.values_list("name", flat=True))
