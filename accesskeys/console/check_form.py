"""What an operator asks about a request, before a program makes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accesskeys.console.verbatim import VerbatimInput
from accesskeys.core import scopes
from accesskeys.core.networks import parse_address
from accesskeys.models import AccessKey
from accesskeys.verification.decision import Attempt


class CheckForm(forms.Form):
    """Where the request comes from, what it needs, and when. All of it may be left out."""

    address = forms.CharField(
        label=_("Address of the program"),
        required=False,
        max_length=100,
        widget=VerbatimInput({"placeholder": "203.0.113.7"}),
    )
    scopes = forms.CharField(
        label=_("Scopes that it needs"),
        required=False,
        max_length=2000,
        widget=VerbatimInput({"placeholder": "orders:read"}),
    )
    at = forms.DateTimeField(
        label=_("Time (UTC)"),
        required=False,
        help_text=_("Leave it empty for now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": _("That is not a date and time.")},
    )

    def __init__(self, data: Any = None, *, access_key: AccessKey) -> None:
        super().__init__(data, auto_id="id_check_%s")
        self._access_key = access_key

    def clean_address(self) -> str:
        """One address, in any notation."""
        address: str = self.cleaned_data["address"]
        if address and parse_address(address) is None:
            raise ValidationError(_("That is not an IP address, such as 203.0.113.7 or 2001:db8::7."))
        return address

    def clean_scopes(self) -> list[str]:
        """Each of them, as gateways write them too: parted by spaces or plus signs."""
        typed: str = self.cleaned_data["scopes"]
        wanted = typed.replace("+", " ").split()
        if not all(map(scopes.is_well_formed, wanted)):
            raise ValidationError(_("Those are not scopes, separated by spaces: orders:read orders:write"))
        return wanted

    def clean_at(self) -> datetime | None:
        """A moment that the access key was there at."""
        at: datetime | None = self.cleaned_data["at"]
        if at is not None and at < self._access_key.created_at.replace(second=0, microsecond=0):
            raise ValidationError(_("There was no such access key yet."))
        return at

    @property
    def is_now(self) -> bool:
        """Whether no other time was asked about."""
        return self.cleaned_data["at"] is None

    @property
    def attempt(self) -> Attempt:
        """The request, as checks know it."""
        return Attempt(self.cleaned_data["address"] or None, self.cleaned_data["at"] or timezone.now())
