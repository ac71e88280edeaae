"""What operators type. A form reads it; ``operations`` judge it, so that every refusal is in the audit log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accesskeys.console.typed_keys import KeylessForm
from accesskeys.console.verbatim import UnseenInput, VerbatimInput, VerbatimTextarea
from accesskeys.core import rates
from accesskeys.core.keys_in_text import taken_from
from accesskeys.core.scopes import BUILT_IN
from accesskeys.core.validators import NAME_RULE, validate_scopes
from accesskeys.models import AccessKey
from accesskeys.models.fields import NameFormField


class NameInput(NameFormField):
    """The name exactly as it was typed, wrong ones too: ``operations`` refuse those and write it down."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{
                "label": _("Name"),
                "help_text": NAME_RULE,
                "widget": VerbatimInput({"class": "mono"}),
                **kwargs,
            }
        )
        self.validators = []


class OperationForm(KeylessForm, forms.Form):
    """A form whose input an operation may refuse."""

    # Where the page shows what an operation says about a field that the form calls otherwise.
    shown_at: ClassVar[Mapping[str, str]] = {}
    # What the page says instead, where it asks for the same thing in another way.
    said_at: ClassVar[Mapping[str, ValidationError]] = {}

    @contextmanager
    def judged(self) -> Iterator[dict[str, Any]]:
        """Run an operation on what was typed. What it objects to ends up beside the fields in question."""
        self.is_valid()
        try:
            yield self.cleaned_data
        except ValidationError as refusal:
            for field, errors in refusal.error_dict.items():
                place = self.shown_at.get(field, field)
                for error in [self.said_at[place]] if place in self.said_at else errors:
                    self.add_error(place, error)

    def focus_on_first_error(self) -> None:
        """When the page opens, start at the first field that is wrong."""
        for wrong in [name for name in self.fields if name in self.errors][:1]:
            self.fields[wrong].widget.attrs["autofocus"] = True


# Whether a name would be accepted: the model's word, asked for without generating anything.
NameCheckForm = forms.modelform_factory(AccessKey, fields=("name",))


class RenameForm(OperationForm):
    """The name on the details page."""

    name = NameInput()


class Lifetime(TextChoices):
    """How long an access key is to be usable. The numbers are days."""

    UNLIMITED = "", _("No expiry")
    MONTH = "30", _("30 days")
    QUARTER = "90", _("90 days")
    YEAR = "365", _("1 year")
    UNTIL = "until", _("Until a date")


class GenerateForm(OperationForm):
    """A name is enough; expiry and scopes are there for those who want them."""

    name = NameInput()
    lifetime = forms.ChoiceField(
        label=_("Expires"), choices=Lifetime.choices, required=False, widget=forms.RadioSelect
    )
    until = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("The key is usable until the end of this day, UTC."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        required=False,
        choices=list(BUILT_IN.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A key without scopes authenticates and may do nothing else here."),
    )
    own_scopes = forms.CharField(
        label=_("Scopes of your own"),
        required=False,
        help_text=_("For your own API, separated by spaces: orders:read orders:write"),
        widget=VerbatimInput,
    )

    shown_at = {"scopes": "own_scopes", "expires_at": "until"}
    said_at = {"until": ValidationError(_("Choose a day in the future."), code="not_in_future")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].widget.attrs["min"] = timezone.now().date().isoformat()

    def clean(self) -> None:
        until_a_date = self.cleaned_data.get("lifetime") == Lifetime.UNTIL
        if until_a_date and "until" not in self.errors and self.cleaned_data["until"] is None:
            self.add_error("until", ValidationError(_("Choose the last day."), code="required"))
        if self.errors:
            # The operation will not be asked, so ask here: people hear of everything at once.
            for error in NameCheckForm(self.data).errors.get("name", []):
                self.add_error("name", error)
            try:
                validate_scopes(sorted(self._scopes()))
            except ValidationError as refusal:
                self.add_error("own_scopes", refusal)

    def wishes(self) -> dict[str, Any]:
        """What to hand to ``operations.generate``. Ask a valid form only."""
        return {
            "name": self.cleaned_data["name"],
            "scopes": self._scopes(),
            "expires_at": self._expires_at(),
        }

    def _scopes(self) -> Iterable[str]:
        return {*self.cleaned_data.get("scopes", ()), *self.cleaned_data["own_scopes"].split()}

    def _expires_at(self) -> datetime | None:
        lifetime = self.cleaned_data["lifetime"]
        if lifetime == Lifetime.UNLIMITED:
            return None
        if lifetime == Lifetime.UNTIL:
            return datetime.combine(self.cleaned_data["until"], time(23, 59, 59), UTC)
        return timezone.now() + timedelta(days=int(lifetime))


class Period(TextChoices):
    """What a rate limit counts in."""

    SECOND = "second", _("per second")
    MINUTE = "minute", _("per minute")
    HOUR = "hour", _("per hour")


class LimitsForm(OperationForm):
    """Where a key may be used from, and how often. Empty fields lift the limit."""

    allowed_networks = forms.CharField(
        label=_("Allowed networks"),
        required=False,
        help_text=_("One network a line, such as 192.0.2.0/24 or 2001:db8::/32. Empty: from anywhere."),
        widget=VerbatimTextarea({"rows": 2}),
    )
    requests = forms.CharField(
        label=_("Rate limit"),
        required=False,
        help_text=_("How many requests are accepted. Empty: as many as come."),
        widget=VerbatimInput({"inputmode": "numeric", "size": 7}),
    )
    period = forms.ChoiceField(label=_("Period"), choices=Period.choices)

    shown_at = {"rate_limit": "requests"}
    said_at = {
        "requests": ValidationError(
            _("Type a whole number from 1 to %(most)s."),
            code="invalid",
            params={"most": lazy(number_format, str)(rates.MOST_REQUESTS, force_grouping=True)},
        )
    }

    def __init__(self, data: Any = None, *, access_key: AccessKey) -> None:
        """The form filled with the limits as they are, unless others were typed."""
        requests, _slash, period = (access_key.rate_limit or "").partition("/")
        saved = {
            "allowed_networks": "\n".join(access_key.allowed_networks),
            "requests": requests,
            "period": period or Period.MINUTE,
        }
        super().__init__(data, initial=saved)
        for name, value in saved.items():
            self.fields[name].widget.attrs["data-saved"] = value

    def wishes(self) -> dict[str, Any]:
        """What to hand to ``operations.limit``. Ask a valid form only."""
        requests = self.cleaned_data["requests"]
        return {
            "allowed_networks": self.cleaned_data["allowed_networks"].split(),
            "rate_limit": f"{requests}/{self.cleaned_data['period']}" if requests else None,
        }


class RevokeForm(OperationForm):
    """The tick that a revocation wants. The server wants it too, not only the page."""

    understood = forms.BooleanField(
        label=_("I understand that this cannot be undone."),
        error_messages={"required": _("Tick the box to revoke this access key.")},
        widget=forms.CheckboxInput(attrs={"autofocus": True}),
    )


class IdsField(forms.Field):
    """The IDs of access keys, each once, in the order given."""

    widget = forms.MultipleHiddenInput
    LIMIT = 100

    def to_python(self, value: Any) -> list[UUID]:
        try:
            ids = list(dict.fromkeys(map(UUID, value)))
        except ValueError:
            raise ValidationError(
                _(
                    "The selection holds something that is not the ID of an access key, so nothing was revoked."
                ),
                code="invalid",
            ) from None
        if len(ids) > self.LIMIT:
            raise ValidationError(
                _("At most %(limit)d access keys can be revoked at once, so nothing was revoked."),
                code="too_many",
                params={"limit": self.LIMIT},
            )
        return ids


class SelectionForm(forms.Form):
    """The access keys that were ticked in the list."""

    id = IdsField(error_messages={"required": _("Select at least one access key in the list first.")})


class FindForm(forms.Form):
    """A key, to find the access key that it belongs to. No page shows it again."""

    key = forms.CharField(
        label=_("Key"),
        help_text=_("The key is not stored and not shown again. The audit log says that you asked."),
        error_messages={"required": _("Paste the key.")},
        widget=UnseenInput(attrs={"class": "mono", "autofocus": True, "data-takes-key": True}),
    )

    def clean_key(self) -> str:
        return taken_from(self.cleaned_data["key"])


class BulkRevokeForm(KeylessForm, forms.Form):
    """How many access keys there are to be revoked, typed in by somebody who has looked at them."""

    number = forms.CharField(
        label=_("How many access keys are these?"),
        required=False,
        widget=VerbatimInput({"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, wanted: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wanted = wanted
        self.fields["number"].help_text = ngettext(
            "Type %(number)s to revoke the selected access key.",
            "Type %(number)s to revoke the selected access keys.",
            wanted,
        ) % {"number": wanted}

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"]
        if number != str(self.wanted):
            raise ValidationError(self.fields["number"].help_text, code="wrong_number")
        return number
