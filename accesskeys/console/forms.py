"""What operators type. A form reads it; ``operations`` judge it, so that every refusal is in the audit log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accesskeys import operations
from accesskeys.console.fields import (
    NOT_A_RATE,
    NOT_IN_FUTURE,
    ExpiryFields,
    FactFields,
    Lifetime,
    LimitFields,
    ScopeFields,
    facts_as_typed,
    limits_as_typed,
    scopes_as_typed,
)
from accesskeys.console.typed_keys import KeylessForm
from accesskeys.console.verbatim import UnseenInput, VerbatimInput
from accesskeys.core import conf
from accesskeys.core.keys_in_text import taken_from
from accesskeys.core.validators import NAME_RULE
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
            self._show(refusal)

    def readable(self) -> dict[str, Any]:
        """The fields of an access key that can be read, whatever else cannot."""
        return {}

    def full_clean(self) -> None:
        super().full_clean()
        if self.errors and (refusal := operations.objection(**self.readable())):
            # No operation will be asked, so the rules are: people hear of everything at once.
            self._show(refusal)

    def _show(self, refusal: ValidationError) -> None:
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


class GenerateForm(ScopeFields, ExpiryFields, LimitFields, FactFields, OperationForm):
    """A name is enough; the rest is there for those who want it."""

    name = NameInput()

    shown_at = {"scopes": "own_scopes", "expires_at": "until", "rate_limit": "requests"}
    said_at = {"until": NOT_IN_FUTURE, "requests": NOT_A_RATE}
    field_order = ("name", "lifetime", "until", "used_scopes", "own_scopes", "scopes")

    @classmethod
    def fresh(cls, like: AccessKey | None = None) -> GenerateForm:
        """A form to begin with: the default expiry, and all but the name of an access key that it is to be like."""
        days = conf.default_expiry_days()
        initial: dict[str, Any] = {"lifetime": Lifetime.UNLIMITED if days is None else str(days)}
        if like is not None:
            initial |= scopes_as_typed(like.scopes) | limits_as_typed(like) | facts_as_typed(like)
        return cls(initial=initial)

    def readable(self) -> dict[str, Any]:
        wishes = {"name": self.cleaned_data["name"]} if "name" in self.cleaned_data else {}
        for part in (ScopeFields, ExpiryFields, LimitFields, FactFields):
            wishes |= part.readable(self)
        return wishes

    def wishes(self) -> dict[str, Any]:
        """What to hand to ``operations.generate``. Ask a valid form only."""
        return {
            "name": self.cleaned_data["name"],
            "scopes": self.wished_scopes(),
            "expires_at": self.expires_at(),
            **self.limits(),
            **self.facts(),
        }

    @property
    def limits_are_open(self) -> bool:
        """Whether there is something to be seen among the limits."""
        return self._holds("allowed_networks", "requests")

    @property
    def more_is_open(self) -> bool:
        """Whether there is something to be seen among the facts."""
        return self._holds(*FactFields.base_fields)

    def _holds(self, *names: str) -> bool:
        return any(name in self.errors or self[name].value() for name in names)


class RevokeForm(OperationForm):
    """The tick that a revocation wants. The server wants it too, not only the page."""

    understood = forms.BooleanField(
        label=_("I understand that this cannot be undone."),
        error_messages={"required": _("Tick the box to revoke this access key.")},
        widget=forms.CheckboxInput(attrs={"autofocus": True}),
    )


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
