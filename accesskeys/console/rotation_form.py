"""Until when an old key is accepted, as the page asks for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accesskeys.operations.rotation_times import END, GRACE


class DurationChoiceField(forms.TypedChoiceField):
    """One of some durations, in seconds."""

    def __init__(self, durations: dict[timedelta, str | Promise], **kwargs: Any) -> None:
        choices = [(str(int(time.total_seconds())), label) for time, label in durations.items()]
        super().__init__(choices=choices, coerce=lambda seconds: timedelta(seconds=int(seconds)), **kwargs)


class RotateForm(forms.Form):
    """The names are those of the operation."""

    grace = DurationChoiceField(
        {
            timedelta(0): _("None: the old key ends with that use"),
            timedelta(hours=1): _("1 hour"),
            timedelta(hours=24): _("24 hours"),
            timedelta(days=7): _("7 days"),
            timedelta(days=30): _("30 days"),
        },
        label=_("Time to change over"),
        initial=int(GRACE.total_seconds()),
        help_text=_("From the first use of the next key until the old one ends."),
    )
    ends_in = DurationChoiceField(
        {
            timedelta(0): _("At once"),
            timedelta(hours=24): _("In 24 hours"),
            timedelta(days=7): _("In 7 days"),
            timedelta(days=30): _("In 30 days"),
            timedelta(days=90): _("In 90 days"),
        },
        label=_("The old key ends at the latest"),
        initial=int(END.total_seconds()),
        help_text=_("Whether the next key is in use or not."),
    )
