"""The roles of an operator: the groups of the policy. Other groups that an installation has made are not touched."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accesskeys.operations.policy import ROLES


def roles_of(operator: User) -> list[str]:
    """Their names, in the order of the policy."""
    held = set(operator.groups.values_list("name", flat=True))
    return [role for role in ROLES if role in held]


def other_groups_of(operator: User) -> list[str]:
    """The groups that are no roles here."""
    return list(operator.groups.exclude(name__in=ROLES).order_by("name").values_list("name", flat=True))


def require_roles(roles: Collection[str]) -> None:
    """Raise ValidationError for what is no role."""
    if not set(roles) <= ROLES.keys():
        sentence = _("Choose among the roles %(roles)s.")
        raise ValidationError(
            {"roles": ValidationError(sentence, code="invalid_choice", params={"roles": ", ".join(ROLES)})}
        )


def give(operator: User, roles: Collection[str]) -> None:
    """Let these be the operator's roles. A role whose group somebody has deleted is made by the next migration."""
    operator.groups.remove(*Group.objects.filter(name__in=ROLES).exclude(name__in=roles))
    operator.groups.add(*Group.objects.filter(name__in=roles))
