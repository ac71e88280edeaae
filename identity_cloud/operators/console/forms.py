"""What administrators type about operators. A form reads it; the operations judge it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accesskeys.console.forms import OperationForm
from accesskeys.console.verbatim import VerbatimInput
from accesskeys.operations.policy import ROLES
from identity_cloud.operators.operations.roles import roles_of

MEANINGS: Mapping[str, str | Promise] = MappingProxyType(
    {
        "Viewers": _("Browse access keys. A viewer never sees a key."),
        "Operators": _("Generate, show, copy, rotate, change and revoke access keys."),
        "Auditors": _("Read the audit log and export it."),
        "Administrators": _("Invite operators, give them roles, reset and deactivate them."),
    }
)


class RoleFields(forms.Form):
    """A tick for each role."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        required=False,
        choices=[(role, role) for role in ROLES],
        widget=forms.CheckboxSelectMultiple,
    )

    def ticks(self) -> Iterator[tuple[Any, str | Promise]]:
        """Each tick, and what the role means."""
        for tick in self["roles"]:
            yield tick, MEANINGS[tick.data["value"]]


class InviteForm(RoleFields, OperationForm):
    """A name and roles."""

    name = forms.CharField(
        label=_("Name"),
        strip=False,
        help_text=_("For signing in: letters, digits and @ . + - _"),
        error_messages={"required": _("Type a name.")},
        widget=VerbatimInput({"autofocus": True}),
    )
    shown_at = {"username": "name"}
    field_order = ("name", "roles")


class RolesForm(RoleFields, OperationForm):
    """The roles of one operator, and those that the page showed."""

    was = forms.CharField(required=False, widget=forms.HiddenInput({"id": False}))

    def __init__(self, data: Any = None, *, operator: User) -> None:
        held = roles_of(operator)
        super().__init__(data, initial={"roles": held, "was": ",".join(held)})

    @property
    def expected(self) -> list[str]:
        """Those that the page showed."""
        return [role for role in self.cleaned_data["was"].split(",") if role]
