"""Those who manage operators. One of them is always left, whatever two of them do at once."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import QuerySet

from accesskeys.operations.policy import RULES, Operation
from identity_cloud.operators.exceptions import LastAdministrator
from identity_cloud.operators.standing import who_can_sign_in

PERMISSION = str(RULES[Operation.SET_ROLES].permission)
NAMED = 5
_ASKED = "django.contrib.auth.backends.ModelBackend"  # Who knows of permissions, however operators sign in.


def administrators() -> QuerySet[User]:
    """The active ones, by a role or as superusers."""
    return User.objects.with_perm(PERMISSION, backend=_ASKED).order_by("username")


def to_ask() -> list[str]:
    """Whom to ask for a role, by name: as many of them as somebody would ask. Whoever was only invited is not there."""
    return list(who_can_sign_in(administrators()).values_list("username", flat=True)[:NAMED])


def lock_administrators() -> list[User]:
    """Hold their rows until the transaction ends: who changes what an operator may do waits for whoever does it too.

    In one order, and ahead of any other row, so that no two wait for each other.
    """
    return list(
        User.objects.filter(pk__in=administrators().order_by().values("pk"))
        .order_by("pk")
        .select_for_update()
    )


def require_one(before: list[User]) -> None:
    """Raise LastAdministrator where the change, made already in this transaction, has left none of those before.

    Nor may those be left alone who cannot sign in: an invitation that nobody opens would lock everybody out.
    """
    could = who_can_sign_in(User.objects.filter(pk__in=[operator.pk for operator in before]))
    left = administrators()
    if before and not (who_can_sign_in(left) if could.exists() else left).exists():
        raise LastAdministrator
