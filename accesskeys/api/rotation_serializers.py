"""How rotations are read and written over the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accesskeys.api.serializers import example
from accesskeys.api.strictness import StrictSerializer
from accesskeys.models import Rotation
from accesskeys.operations.rotation_times import END, GRACE

_MOST = 10**9  # seconds, so that any of them is a duration; the operation judges how long it may be


@extend_schema_field(OpenApiTypes.INT)
class SecondsField(serializers.Field[timedelta, int, int, Any]):
    """A duration in whole seconds: no text and no fraction made to one."""

    default_error_messages = {"invalid": "Write a whole number of seconds."}

    def to_internal_value(self, data: Any) -> timedelta:
        if type(data) is not int or not 0 <= data <= _MOST:
            self.fail("invalid")
        return timedelta(seconds=data)

    def to_representation(self, value: timedelta) -> int:
        return int(value.total_seconds())


class RotationSerializer(serializers.ModelSerializer[Rotation]):
    """Where a rotation stands. The keys are not among it."""

    id = serializers.UUIDField(source="pk", help_text=_("The access key ID."))
    grace = SecondsField(help_text=_("Seconds from the first use of the next key to the end of the old one."))
    old_key_ends_at = serializers.DateTimeField()
    old_key_last_used_at = serializers.DateTimeField(source="old_last_used_at", allow_null=True)
    next_key_first_used_at = serializers.DateTimeField(source="first_used_at", allow_null=True)
    next_key_last_used_at = serializers.DateTimeField(source="last_used_at", allow_null=True)

    class Meta:
        model = Rotation
        fields: tuple[str, ...] = (
            "id",
            "created_at",
            "created_by",
            "grace",
            "old_key_ends_at",
            "old_key_last_used_at",
            "next_key_first_used_at",
            "next_key_last_used_at",
        )
        read_only_fields: tuple[str, ...] = fields


class RotatedSerializer(RotationSerializer):
    """A rotation with its next key."""

    key = serializers.CharField(read_only=True)

    class Meta(RotationSerializer.Meta):
        fields = (*RotationSerializer.Meta.fields, "key")
        read_only_fields = fields


@example(grace=int(GRACE.total_seconds()), ends_in=int(END.total_seconds()))
class RotateSerializer(StrictSerializer):
    """How long the old key is accepted still. All of it may be left out."""

    grace = SecondsField(
        required=False,
        help_text=_(
            "Seconds from the first use of the next key to the end of the old one: 24 hours, if not said."
        ),
    )
    ends_in = SecondsField(
        required=False,
        help_text=_("Seconds until the old key ends at the latest: 30 days, if not said; 0: at once."),
    )

    def _judged(self, data: Mapping[str, Any], errors: Mapping[str, Any]) -> dict[str, Any]:
        """No field of an access key is among them."""
        return {}


class OwnRotateSerializer(RotateSerializer):
    """The same for the calling access key, which has to be able to ask again."""

    ends_in = SecondsField(
        required=False,
        help_text=_("Seconds until the old key ends at the latest: 30 days, if not said; at least 60."),
    )
