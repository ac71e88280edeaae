"""Which operators the list shows, and in which order."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db.models import F, QuerySet, TextChoices
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accesskeys.console.filters import QueryForm
from accesskeys.console.verbatim import VerbatimSearch
from accesskeys.operations.policy import ROLES
from identity_cloud.operators.standing import Standing, with_standing

NO_ROLE = "none"


class Ordering(TextChoices):
    """The orders that the list comes in; a minus is descending."""

    NAME = "name", _("Name, A to Z")
    LAST_SIGN_IN = "-last_login", _("Last sign-in, latest first")
    LEAST_RECENT = "last_login", _("Last sign-in, never first")


class OperatorFilter(QueryForm):
    """A text in the name, a role, a state."""

    search = forms.CharField(
        label=_("Search name"), required=False, max_length=150, strip=False, widget=VerbatimSearch
    )
    role = forms.ChoiceField(
        label=_("Role"),
        required=False,
        choices=[("", _("Any role")), *((role, role) for role in ROLES), (NO_ROLE, _("Without a role"))],
        error_messages={
            "invalid_choice": _("There is no role “%(value)s”, so operators of any role are shown.")
        },
    )
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[("", _("Any status")), *Standing.choices],
        error_messages={
            "invalid_choice": _("There is no status “%(value)s”, so operators of any status are shown.")
        },
    )
    ordering = forms.ChoiceField(
        label=_("Sort"),
        required=False,
        choices=Ordering.choices,
        error_messages={"invalid_choice": _("There is no order “%(value)s”, so they are sorted by name.")},
    )
    narrowing = ("search", "role", "status")

    def choose(self, operators: QuerySet[User]) -> QuerySet[User]:
        """The operators asked for, in one order only."""
        if text := self.chosen("search"):
            operators = operators.filter(username__icontains=text)
        if role := self.chosen("role"):
            operators = _with_role(operators, role)
        if standing := self.chosen("status"):
            operators = with_standing(operators, Standing(standing))
        return operators.order_by(*_ORDERS[self.chosen("ordering") or Ordering.NAME])


_ORDERS: dict[str, tuple[Any, ...]] = {
    Ordering.NAME: (Lower("username"), "pk"),
    Ordering.LAST_SIGN_IN: (F("last_login").desc(nulls_last=True), "pk"),
    Ordering.LEAST_RECENT: (F("last_login").asc(nulls_first=True), "pk"),
}


def _with_role(operators: QuerySet[User], role: str) -> QuerySet[User]:
    if role == NO_ROLE:
        return operators.exclude(groups__name__in=ROLES).exclude(is_superuser=True)
    return operators.filter(groups__name=role)
