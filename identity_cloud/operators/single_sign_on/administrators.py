"""Those who can give roles: whom to ask for one, and that there is always one of them."""

from __future__ import annotations

from django.contrib.auth.models import Group, User
from django.db.models import Q, QuerySet

from identity_cloud.operators.single_sign_on.exceptions import LastAdministrator

ROLE = "Administrators"


def active() -> QuerySet[User]:
    """The administrators who can sign in."""
    can = Q(pk__in=User.objects.filter(groups__name=ROLE)) | Q(is_superuser=True)
    return User.objects.filter(can, is_active=True).order_by("username")


def names() -> list[str]:
    """How they are called: as many of them as somebody would ask."""
    return list(active().values_list("username", flat=True)[:5])


def check_one_is_left(operator: User, roles: list[str]) -> None:
    """Raise LastAdministrator where nobody could give roles any more, once the operator has these and no others.

    Two at once wait for each other: ask within the transaction that changes the roles.
    """
    Group.objects.select_for_update().get(name=ROLE)
    if ROLE not in roles and list(active()) == [operator] and not operator.is_superuser:
        raise LastAdministrator("last_administrator", operator=operator)
