"""Parameters that narrow the list. One that makes no sense is refused, and an empty one makes none: without it the
list would hold other access keys than those that were asked for.

No sentence quotes what was sent: it may be anything, and a key.
"""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from rest_framework import serializers

from accesskeys.api.serializers import MomentField
from accesskeys.core import facts, scopes

Label = tuple[str, str | None]


class _Field(forms.Field):
    """A text as it came, or none where the parameter is missing."""

    sentence = ""

    def clean(self, value: Any) -> Any:
        return None if value is None else self.read(value)

    @abstractmethod
    def read(self, text: str) -> Any:
        """What the text says. Raises ValidationError."""

    def refusal(self) -> ValidationError:
        """What is heard of a text that says nothing."""
        return ValidationError(self.sentence, code="invalid")


class LabelField(_Field):
    """A label, or the key of one."""

    sentence = "Write a label as team=payments, or its key alone, such as team."

    def read(self, text: str) -> Label:
        key, equals, value = text.partition("=")
        if not (facts.is_label_key(key) and facts.is_label_value(value)):
            raise self.refusal()
        return key, value if equals else None


class ScopeField(_Field):
    """A whole scope."""

    sentence = f"Write a scope as orders:read, of at most {scopes.MAX_LENGTH} characters."

    def read(self, text: str) -> str:
        if not scopes.is_well_formed(text):
            raise self.refusal()
        return text


class OwnerField(_Field):
    """Part of an owner."""

    sentence = f"Write part of an owner: one line of 1 to {facts.OWNER_MAX_LENGTH} characters."

    def read(self, text: str) -> str:
        if not (1 <= len(text) <= facts.OWNER_MAX_LENGTH and facts.is_line(text)):
            raise self.refusal()
        return text


class MomentQueryField(_Field):
    """A moment with its offset, as in a body."""

    def read(self, text: str) -> datetime:
        try:
            moment: datetime = MomentField().run_validation(text)
        except serializers.ValidationError as refusal:
            (error,) = refusal.detail
            raise ValidationError(str(error), code=str(error.code)) from None  # type: ignore[union-attr]
        return moment


class LabelFilter(django_filters.CharFilter):  # type: ignore[misc]
    field_class = LabelField


class ScopeFilter(django_filters.CharFilter):  # type: ignore[misc]
    field_class = ScopeField


class OwnerFilter(django_filters.CharFilter):  # type: ignore[misc]
    field_class = OwnerField


class MomentFilter(django_filters.IsoDateTimeFilter):  # type: ignore[misc]
    field_class = MomentQueryField
