"""Serializers that take what they know, and say everything that is wrong at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.serializers import as_serializer_error
from rest_framework.settings import api_settings

from accesskeys import operations
from accesskeys.core import keys_in_text
from accesskeys.models import AccessKey

READABLE = frozenset(field.name for field in AccessKey._meta.fields) | {"key"}


def attr_of(name: str) -> str:
    """How an error names what a caller named; a key in the place of a name is not said back."""
    return str(api_settings.NON_FIELD_ERRORS_KEY) if keys_in_text.is_in(name) else name


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses what it does not know, so that a misspelt field is heard of instead of ignored.

    All errors of a body come together, also those that the operation would find in the fields that can be read.
    """

    default_error_messages = {
        "unknown": "There is no such field.",
        "read_only": "This field cannot be set.",
    }

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return super().to_internal_value(data)
        errors: dict[str, Any] = {}
        for field in data:
            if field not in self.fields:
                errors.setdefault(attr_of(field), []).append(self._objection(field))
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as refusal:
            errors.update(refusal.detail)  # type: ignore[arg-type]
        if errors:
            raise serializers.ValidationError({**errors, **self._judged(data, errors)})
        return value

    def _objection(self, field: str) -> serializers.ErrorDetail:
        code = "read_only" if field in READABLE else "unknown"
        return serializers.ErrorDetail(str(self.error_messages[code]), code)

    def _judged(self, data: Mapping[str, Any], errors: Mapping[str, Any]) -> dict[str, Any]:
        readable = {
            name: field.run_validation(data[name])
            for name, field in self.fields.items()
            if name in data and name not in errors
        }
        refusal = operations.objection(access_key_id=self.context.get("access_key_id"), **readable)
        return dict(as_serializer_error(refusal)) if refusal else {}


class NothingSerializer(StrictSerializer):
    """The body of an operation that takes none."""
