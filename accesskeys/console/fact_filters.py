"""What the list may be narrowed by besides: label, scope and owner, each behind a fold until it is used."""

from __future__ import annotations

from typing import NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accesskeys.console.verbatim import VerbatimInput
from accesskeys.core import facts, scopes
from accesskeys.models import AccessKeyQuerySet

FACTS = ("label", "scope", "owner")


class Applied(NamedTuple):
    """A filter in use."""

    name: str
    label: str | Promise
    text: str
    address: str  # of the list without it
    nothing: str  # What is said if it alone finds nothing.


# What is said of a filter that finds nothing, whatever the others find.
NOTHING: dict[str, str | Promise] = {
    "search": _("No name, owner or ID contains “%(text)s”."),
    "status": _("No access key has the status “%(text)s”."),
    "label": _("No access key has the label “%(text)s”."),
    "scope": _("No access key has the scope “%(text)s”."),
    "owner": _("No owner contains “%(text)s”."),
}


class FactFields(forms.Form):
    """Their fields. What makes no sense is left out, and the page says so."""

    label = forms.CharField(
        label=_("Label"),
        required=False,
        widget=VerbatimInput({"placeholder": "team=payments"}),
    )
    scope = forms.CharField(
        label=_("Scope"),
        required=False,
        widget=VerbatimInput({"placeholder": "orders:read"}),
    )
    owner = forms.CharField(
        label=_("Owner"), required=False, max_length=facts.OWNER_MAX_LENGTH, widget=VerbatimInput
    )

    def clean_label(self) -> str:
        """A label, or the key of one."""
        text: str = self.cleaned_data["label"]
        key, _equals, value = text.partition("=")
        if text and not (facts.is_label_key(key) and facts.is_label_value(value)):
            raise ValidationError(
                _(
                    "That is not a label, such as team=payments or team, so access keys with any labels are shown."
                )
            )
        return text

    def clean_scope(self) -> str:
        """A whole scope."""
        text: str = self.cleaned_data["scope"]
        if text and not scopes.is_well_formed(text):
            raise ValidationError(
                _("That is not a scope, such as orders:read, so access keys with any scopes are shown.")
            )
        return text


def with_label(access_keys: AccessKeyQuerySet, text: str) -> AccessKeyQuerySet:
    """Those with this label, as it was typed."""
    key, equals, value = text.partition("=")
    return access_keys.labelled(key, value if equals else None)
