"""What several forms ask for in the same way: scopes, expiry, limits, facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accesskeys.console.verbatim import VerbatimInput, VerbatimTextarea
from accesskeys.core import conf, facts, rates
from accesskeys.core.moments import END_OF_DAY
from accesskeys.core.scopes import BUILT_IN
from accesskeys.core.validators import LABEL_RULE
from accesskeys.models import AccessKey

# The newest access keys tell which scopes are in use: to ask all of a million takes seconds.
_LATEST = 200
_MOST_CHIPS = 12

NOT_IN_FUTURE = ValidationError(_("Choose a day in the future."), code="not_in_future")
NOT_A_RATE = ValidationError(
    _("Type a whole number from 1 to %(most)s."),
    code="invalid",
    params={"most": lazy(number_format, str)(rates.MOST_REQUESTS, force_grouping=True)},
)


class AnyOfField(forms.MultipleChoiceField):
    """Choices to begin with. ``operations`` judge what was chosen."""

    widget = forms.CheckboxSelectMultiple

    def valid_value(self, value: str) -> bool:
        return True


class ScopeFields(forms.Form):
    """Scopes: one's own that are in use already, others, and those of this product."""

    used_scopes = AnyOfField(label=_("Scopes"), required=False)
    own_scopes = forms.CharField(
        label=_("Scopes of your own"),
        required=False,
        help_text=_("For your own API, separated by spaces: orders:read orders:write"),
        widget=VerbatimInput,
    )
    scopes = forms.MultipleChoiceField(
        label=_("For managing access keys"),
        required=False,
        choices=list(BUILT_IN.items()),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self["used_scopes"].value() or ()
        in_use = dict.fromkeys((*chosen, *scopes_in_use()))
        self.fields["used_scopes"].choices = [(scope, scope) for scope in in_use]  # type: ignore[attr-defined]

    def wished_scopes(self) -> set[str]:
        """All scopes, from whichever field."""
        typed = self.cleaned_data
        return {
            *typed.get("scopes", ()),
            *typed.get("used_scopes", ()),
            *typed.get("own_scopes", "").split(),
        }

    def readable(self) -> dict[str, Any]:
        """What of it can be read, whatever else cannot."""
        return {"scopes": self.wished_scopes()}


def scopes_in_use() -> list[str]:
    """The operators' own scopes, those that most of the newest access keys carry first."""
    latest = AccessKey.objects.order_by("-created_at", "-id").values_list("scopes", flat=True)[:_LATEST]
    counted = Counter(scope for scope in chain.from_iterable(latest) if scope not in BUILT_IN)
    return sorted(counted, key=lambda scope: (-counted[scope], scope))[:_MOST_CHIPS]


def scopes_as_typed(scopes: Iterable[str]) -> dict[str, list[str]]:
    """What ``ScopeFields`` hold for these scopes."""
    return {
        "scopes": [scope for scope in scopes if scope in BUILT_IN],
        "used_scopes": [scope for scope in scopes if scope not in BUILT_IN],
    }


class Lifetime(TextChoices):
    """How long an access key is to be usable. The numbers are days."""

    UNLIMITED = "", _("No expiry")
    MONTH = "30", _("30 days")
    QUARTER = "90", _("90 days")
    YEAR = "365", _("1 year")
    UNTIL = "until", _("Until a date")


class Segments(forms.RadioSelect):
    """Choices side by side. The focus starts at the chosen one, as the arrow keys do."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(*args, **kwargs)
        if not option["selected"]:
            option["attrs"].pop("autofocus", None)
        return option


class ExpiryFields(forms.Form):
    """Until when a key is usable."""

    lifetime = forms.ChoiceField(
        label=_("Expires"), choices=Lifetime.choices, required=False, widget=Segments
    )
    until = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("The key is usable until the end of this day, UTC."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].widget.attrs["min"] = timezone.now().date().isoformat()
        days = conf.default_expiry_days()
        if days is not None and str(days) not in Lifetime.values:
            choices: list[tuple[str, Any]] = list(Lifetime.choices)
            label = ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
            place = sum(value.isdigit() and int(value) < days for value in Lifetime.values) + 1
            choices.insert(place, (str(days), label))
            self.fields["lifetime"].choices = choices  # type: ignore[attr-defined]

    def ends(self) -> list[tuple[Any, datetime | None]]:
        """Each choice, and when a key that is to live so long would expire."""
        now = timezone.now()
        return [
            (option, now + timedelta(days=int(value)) if (value := option.data["value"]).isdigit() else None)
            for option in self["lifetime"]
        ]

    def clean(self) -> None:
        until_a_date = self.cleaned_data.get("lifetime") == Lifetime.UNTIL
        if until_a_date and "until" not in self.errors and self.cleaned_data["until"] is None:
            self.add_error("until", ValidationError(_("Choose the last day."), code="required"))

    def expires_at(self) -> datetime | None:
        """The moment that was chosen. Ask a valid form only."""
        lifetime = self.cleaned_data["lifetime"]
        if lifetime == Lifetime.UNLIMITED:
            return None
        if lifetime == Lifetime.UNTIL:
            return datetime.combine(self.cleaned_data["until"], END_OF_DAY, UTC)
        return timezone.now() + timedelta(days=int(lifetime))

    def readable(self) -> dict[str, Any]:
        """What of it can be read, whatever else cannot."""
        return {} if {"lifetime", "until"} & self.errors.keys() else {"expires_at": self.expires_at()}


class Period(TextChoices):
    """What a rate limit counts in."""

    SECOND = "second", _("per second")
    MINUTE = "minute", _("per minute")
    HOUR = "hour", _("per hour")


class LimitFields(forms.Form):
    """Where a key may be used from, and how often. Empty fields are no limit."""

    allowed_networks = forms.CharField(
        label=_("Allowed networks"),
        required=False,
        help_text=_(
            "One network or address a line, such as 192.0.2.0/24 or 2001:db8::1. Empty: from anywhere."
        ),
        widget=VerbatimTextarea({"rows": 2}),
    )
    requests = forms.CharField(
        label=_("Rate limit"),
        required=False,
        help_text=_("How many requests are accepted. Empty: as many as come."),
        widget=VerbatimInput({"inputmode": "numeric", "size": 7}),
    )
    period = forms.ChoiceField(
        label=_("Period"), choices=Period.choices, initial=Period.MINUTE, required=False
    )

    def limits(self) -> dict[str, Any]:
        """What to hand to an operation. Ask a valid form only."""
        return self.readable()

    def readable(self) -> dict[str, Any]:
        """What of it can be read, whatever else cannot."""
        typed = self.cleaned_data
        limits: dict[str, Any] = {}
        if "allowed_networks" in typed:
            limits["allowed_networks"] = typed["allowed_networks"].split()
        if "requests" in typed:
            requests, period = typed["requests"], typed.get("period") or Period.MINUTE
            limits["rate_limit"] = f"{requests}/{period}" if requests else None
        return limits


def limits_as_typed(access_key: AccessKey) -> dict[str, str]:
    """What ``LimitFields`` hold for the limits of this access key."""
    requests, _slash, period = (access_key.rate_limit or "").partition("/")
    return {
        "allowed_networks": "\n".join(access_key.allowed_networks),
        "requests": requests,
        "period": period or Period.MINUTE,
    }


class LabelsField(forms.CharField):
    """Labels, one a line: ``team=payments``."""

    widget = VerbatimTextarea({"rows": 2})

    def clean(self, value: Any) -> Mapping[str, str]:
        labels: dict[str, str] = {}
        for line in filter(None, map(str.strip, super().clean(value).splitlines())):
            key, separator, text = line.partition("=")
            if not separator:
                params = {
                    "label": line,
                    "key_limit": facts.LABEL_KEY_MAX_LENGTH,
                    "value_limit": facts.LABEL_VALUE_MAX_LENGTH,
                }
                raise ValidationError(LABEL_RULE, code="invalid_label", params=params)
            if key in labels:
                raise ValidationError(
                    _("“%(label)s” is there twice. Keep one of them."), code="twice", params={"label": key}
                )
            labels[key] = text
        return labels


class FactFields(forms.Form):
    """What an access key is for, and whose it is."""

    owner = forms.CharField(
        label=_("Owner"),
        required=False,
        help_text=_("A team, a person or an address."),
        strip=False,  # What is left out of it, the operation says.
        widget=VerbatimInput,
    )
    description = forms.CharField(
        label=_("Description"),
        required=False,
        help_text=_("What it is for, in one line."),
        strip=False,
        widget=VerbatimInput,
    )
    labels = LabelsField(label=_("Labels"), required=False, help_text=_("One label a line: team=payments"))

    def facts(self) -> dict[str, Any]:
        """What to hand to an operation. Ask a valid form only."""
        return {name: self.cleaned_data[name] for name in FactFields.base_fields}

    def readable(self) -> dict[str, Any]:
        """What of it can be read, whatever else cannot."""
        return {name: self.cleaned_data[name] for name in FactFields.base_fields if name in self.cleaned_data}


def facts_as_typed(access_key: AccessKey) -> dict[str, str]:
    """What ``FactFields`` hold for the facts about this access key."""
    labels = "\n".join(f"{key}={text}" for key, text in access_key.labels.items())
    return {"owner": access_key.owner, "description": access_key.description, "labels": labels}
