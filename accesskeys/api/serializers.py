"""How access keys are read and written over the API.

A serializer looks at the shape of the input; ``operations`` judge what it says, so that every refusal is in the audit
log with the same code as at the other doors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.fields import empty

from accesskeys.api.strictness import StrictSerializer
from accesskeys.core.validators import NAME_RULE
from accesskeys.models import DESCRIPTION, AccessKey


@extend_schema_field(OpenApiTypes.STR)
class TextField(serializers.Field[str, str, str, Any]):
    """Text as it came: no number made to text, nothing trimmed."""

    default_error_messages = {"invalid": "Write a string."}

    def run_validation(self, data: Any = empty) -> Any:
        """Null is no string, and has the code of everything else that is none."""
        if data is None and not self.allow_null:
            self.fail("invalid")
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return data


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
class LabelsField(serializers.Field[dict[str, Any], Any, dict[str, Any], Any]):
    """Labels as they came: what is wrong with one is said by the rule, which quotes no key."""

    default_error_messages = {"invalid": "Write an object of strings."}

    def run_validation(self, data: Any = empty) -> Any:
        """Null is no object, and has the code of everything else that is none."""
        if data is None:
            self.fail("invalid")
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, Mapping):
            self.fail("invalid")
        return dict(data)

    def to_representation(self, value: dict[str, Any]) -> dict[str, Any]:
        """In one order: databases have several."""
        return dict(sorted(value.items()))


class MomentField(serializers.DateTimeField):
    """A moment with its offset; without one it would mean another moment to everybody."""

    default_error_messages = {
        "invalid": "Write a time as 2030-01-31T12:00:00Z.",
        "naive": "Write a time with its offset, such as 2030-01-31T12:00:00Z.",
    }

    def to_internal_value(self, value: Any) -> datetime:
        """Django takes digits of any script, and a newline at the end."""
        if not isinstance(value, str) or not value.isascii() or not value.isprintable():
            self.fail("invalid")
        return super().to_internal_value(value)

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            self.fail("naive")
        return super().enforce_timezone(value)


class AccessKeySerializer(serializers.ModelSerializer[AccessKey]):
    """All that is ever told about an access key. The key is not among it."""

    labels = LabelsField(read_only=True)

    class Meta:
        model = AccessKey
        fields = DESCRIPTION
        read_only_fields = DESCRIPTION
        extra_kwargs = {"scopes": {"help_text": "What the key may be used for."}}


class GeneratedAccessKeySerializer(AccessKeySerializer):
    """A new access key with its key: the one time that the key comes without being asked for."""

    key = serializers.CharField(read_only=True)

    class Meta(AccessKeySerializer.Meta):
        fields = (*AccessKeySerializer.Meta.fields, "key")
        read_only_fields = fields


def example(**body: Any) -> Callable[[type[StrictSerializer]], type[StrictSerializer]]:
    """Show this body in the documentation of every endpoint that takes the serializer."""
    shown = OpenApiExample("body", value=body, request_only=True)
    decorate: Callable[[type[StrictSerializer]], type[StrictSerializer]] = extend_schema_serializer(
        examples=[shown]
    )
    return decorate


class FieldsSerializer(StrictSerializer):
    """What can be set of an access key besides its name, when it is generated and later."""

    scopes = serializers.ListField(child=TextField(), required=False, help_text=_("At most 32 scopes."))
    expires_at = MomentField(required=False, allow_null=True, help_text=_("null: usable until revoked."))
    allowed_networks = serializers.ListField(
        child=TextField(),
        required=False,
        help_text=_("Addresses, and networks in CIDR notation; at most 32."),
    )
    rate_limit = TextField(
        required=False, allow_null=True, help_text=_("Such as 100/minute; null: no limit.")
    )
    description = TextField(
        required=False, help_text=_("What it is for: one line of at most 200 characters.")
    )
    owner = TextField(
        required=False, help_text=_("Whose it is: a team, a person, an address; at most 150 characters.")
    )
    labels = LabelsField(required=False, help_text=_('At most 16 labels, such as {"team": "payments"}.'))


@example(
    name="billing_worker",
    scopes=["orders:read"],
    expires_at="2030-12-31T23:59:59Z",
    allowed_networks=["192.0.2.0/24"],
    rate_limit="100/minute",
    description="Sends the invoices of the night",
    owner="Payments",
    labels={"team": "payments"},
)
class GenerateSerializer(FieldsSerializer):
    """What a new access key is to be. A name is enough."""

    name = TextField(help_text=NAME_RULE, error_messages={"invalid": NAME_RULE})


@example(expires_at="2031-12-31T23:59:59Z", owner="Payments", labels={"team": "payments"})
class ChangeSerializer(FieldsSerializer):
    """What is to be other than it is. What is left out stays as it is."""

    name = TextField(required=False, help_text=NAME_RULE, error_messages={"invalid": NAME_RULE})


@example(allowed_networks=["192.0.2.0/24", "2001:db8::/32"], rate_limit="100/minute")
class LimitsSerializer(StrictSerializer):
    """Where a key may be used from, and how often. Both are set; an empty list and null lift the limits."""

    allowed_networks = serializers.ListField(
        child=TextField(), help_text=_("Addresses, and networks in CIDR notation; at most 32.")
    )
    rate_limit = TextField(allow_null=True, help_text=_("Such as 100/minute; null: no limit."))


class KeySerializer(serializers.Serializer[Any]):
    """The answer to a reveal."""

    key = serializers.CharField(read_only=True)


class StatusSerializer(serializers.Serializer[Any]):
    """The answer to a ping."""

    status = serializers.CharField(read_only=True)


class ErrorSerializer(serializers.Serializer[Any]):
    """One thing that is wrong."""

    code = serializers.CharField(help_text="For programs: invalid, unique, not_found, …")
    detail = serializers.CharField(help_text="For people: one sentence.")
    attr = serializers.CharField(allow_null=True, help_text="The field it is about.")


class ErrorsSerializer(serializers.Serializer[Any]):
    """The one shape of every refusal."""

    type = serializers.CharField(help_text="validation_error, client_error or server_error")
    errors = ErrorSerializer(many=True)  # type: ignore[assignment]
