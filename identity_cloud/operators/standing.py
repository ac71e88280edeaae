"""Where an operator stands, and how it signs in."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet, TextChoices
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accesskeys.operations.policy import ROLES
from identity_cloud.operators.factors import FACTORS, passkeys
from identity_cloud.operators.factors.condition import KINDS, is_usable, usable
from identity_cloud.operators.models import OneTimeLink, Purpose
from identity_cloud.operators.single_sign_on import conf

_BEGINNING = (Purpose.INVITE, Purpose.RESET)  # With links to choose a password.


class Standing(TextChoices):
    """Where an operator stands, in one word."""

    ACTIVE = "active", pgettext_lazy("operator", "Active")
    INVITED = "invited", pgettext_lazy("operator", "Invited")
    RESET = "reset", pgettext_lazy("operator", "Reset")
    LINK_EXPIRED = "link_expired", _("Link expired")
    DEACTIVATED = "deactivated", pgettext_lazy("operator", "Deactivated")


def described() -> QuerySet[User]:
    """Operators with all that the pages tell of them, in few statements however many there are."""
    related = ["groups", "authenticator_set", *(["socialaccount_set"] if _has_single_sign_on() else [])]
    return User.objects.select_related("one_time_link").prefetch_related(*related)


def with_standing(operators: QuerySet[User], standing: Standing) -> QuerySet[User]:
    """Those who stand there now."""
    waits = Q(one_time_link__purpose__in=_BEGINNING)
    is_open = Q(one_time_link__expires_at__gt=timezone.now())
    match standing:
        case Standing.DEACTIVATED:
            return operators.filter(is_active=False)
        case Standing.INVITED:
            return operators.filter(is_open, one_time_link__purpose=Purpose.INVITE, is_active=True)
        case Standing.RESET:
            return operators.filter(is_open, one_time_link__purpose=Purpose.RESET, is_active=True)
        case Standing.LINK_EXPIRED:
            return operators.filter(waits & ~is_open, is_active=True)
        case _:
            return operators.filter(~waits | Q(one_time_link=None), is_active=True)


def who_can_sign_in(operators: QuerySet[User]) -> QuerySet[User]:
    """Those who have something to sign in with. A link alone is nothing: it may never be opened."""
    ways = Q(pk=None)
    if settings.PASSWORD_SIGN_IN:
        held = Authenticator.objects.filter(user=OuterRef("pk"), type=passkeys.KIND)
        ways |= ~Q(password__startswith=UNUSABLE_PASSWORD_PREFIX) | Q(Exists(held))
    if conf.is_on():
        ways |= Q(Exists(SocialAccount.objects.filter(user=OuterRef("pk"), provider=conf.named().issuer)))
    return operators.filter(ways)


def standing_of(operator: User) -> Standing:
    """Whether it may come in, or waits for its link to be opened."""
    if not operator.is_active:
        return Standing.DEACTIVATED
    link: OneTimeLink | None = getattr(operator, "one_time_link", None)
    if link is None or link.purpose not in _BEGINNING:
        return Standing.ACTIVE
    if not link.is_open:
        return Standing.LINK_EXPIRED
    return Standing.INVITED if link.purpose == Purpose.INVITE else Standing.RESET


def roles_in_order(operator: User) -> list[str]:
    """The names of the roles it has, in the order of the policy, and then of other groups."""
    held = {group.name for group in operator.groups.all()}
    return [role for role in ROLES if role in held] + sorted(held - ROLES.keys())


def factors(operator: User) -> list[str | Promise]:
    """The kinds of second factor that it has. Recovery codes are none by themselves."""
    rows = operator.authenticator_set.all()
    held, there = {row.type for row in rows}, usable(rows)
    return [
        name if kind in there else format_lazy(_("{factor} (cannot be used)"), factor=name)
        for kind, name in KINDS.items()
        if kind in held & FACTORS
    ]


def has_broken_factor(operator: User) -> bool:
    """Whether there is one that the operator cannot use any more."""
    return not all(map(is_usable, operator.authenticator_set.all()))


def ways_in(operator: User) -> list[str | Promise]:
    """How it signs in: with a password, by single sign-on, or both. A passkey is named where there is neither."""
    ways = _first_steps(operator)
    held = {row.type for row in operator.authenticator_set.all()}
    return ways or [name for kind, name in KINDS.items() if kind == passkeys.KIND and kind in held]


def has_first_step(operator: User) -> bool:
    """Whether there is something that a second factor comes after. A passkey alone is both."""
    return bool(_first_steps(operator))


def _first_steps(operator: User) -> list[str | Promise]:
    steps: list[str | Promise] = [_("Password")] if operator.has_usable_password() else []
    if _has_single_sign_on() and operator.socialaccount_set.all():
        steps.append(_("Single sign-on"))
    return steps


def _has_single_sign_on() -> bool:
    return apps.is_installed("allauth.socialaccount")
