"""What operators choose for a link that shows a key once, and what its holders paste."""

from __future__ import annotations

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accesskeys.console.forms import OperationForm
from accesskeys.console.verbatim import UnseenInput
from accesskeys.core.links import secret_in


class Validity(TextChoices):
    """For how long a link can be opened. The numbers are hours."""

    HOUR = "1", _("1 hour")
    SHIFT = "8", _("8 hours")
    DAY = "24", _("24 hours")
    DAYS = "72", _("3 days")
    WEEK = "168", _("7 days")


class HandOverForm(OperationForm):
    """For how long the link can be opened."""

    hours = forms.TypedChoiceField(
        label=_("Valid for"),
        coerce=int,
        choices=Validity.choices,
        initial=Validity.DAY,
        widget=forms.RadioSelect,
    )


class OpenHandOverForm(forms.Form):
    """The link, or the secret in it. A script takes it from the address; without one it is pasted. No page shows it."""

    secret = forms.CharField(
        label=_("Link"),
        help_text=_("Paste the whole link that you were sent."),
        error_messages={"required": _("Paste the link.")},
        max_length=2000,
        widget=UnseenInput(attrs={"class": "mono"}),
    )

    def clean_secret(self) -> str:
        return secret_in(self.cleaned_data["secret"])
