"""What drf-spectacular cannot find out by itself."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from accesskeys.api.preconditions import IF_MATCH, IF_NONE_MATCH
from accesskeys.api.serializers import ErrorsSerializer
from accesskeys.operations import policy

REFUSALS, WITH_ID = ("400", "401", "403", "413", "415", "429", "503"), ("404",)
WITH_ROTATION = ("409",)

_LET_IN = ["200", "201", "204", "304", "400", "403", "404", "409", "412", "415"]
HINTS = [
    OpenApiParameter(name, location=OpenApiParameter.HEADER, response=statuses, description=description)
    for name, statuses, description in (
        (
            "Sunset",
            _LET_IN,
            "When the calling key stops working, if it is the old one of a rotation (RFC 8594).",
        ),
        (
            "RateLimit-Policy",
            [*_LET_IN, "429"],
            'The rate limit of the calling key, if it has one: `"access-key";q=100;w=60`, 100 requests in 60 seconds.',
        ),
        (
            "RateLimit",
            [*_LET_IN, "429"],
            'What is left of it: `"access-key";r=50;t=30`, 50 requests for the next 30 seconds.',
        ),
    )
]


class AccessKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The bearer header."""

    target_class = "accesskeys.api.authentication.AccessKeyAuthentication"
    name = "accessKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "An access key: `ica_…`"}


class OperationSchema(AutoSchema):
    """Adds what all operations have in common: the scope, from the policy, and the refusals."""

    def get_description(self) -> str:  # type: ignore[override]
        return f"Takes the scope `{self.scope}`." if self.scope else "Takes any usable key."

    def get_override_parameters(self) -> list[Any]:
        return [*super().get_override_parameters(), *HINTS]

    def get_extensions(self) -> dict[str, Any]:
        return {"x-scope": self.scope}

    def get_request_serializer(self) -> Any:
        return self.view.bodies.get(self.method)  # type: ignore[attr-defined]

    @property
    def scope(self) -> str | None:
        """The scope that the policy asks for; None: any usable key will do."""
        operation = getattr(self.view, "operations", {}).get(self.method)
        return policy.RULES[operation].scope if operation else None

    def _get_response_bodies(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        refusals = [
            *REFUSALS,
            *(WITH_ID if "{id}" in self.path else ()),
            *(WITH_ROTATION if "{id}/rotation/" in self.path else ()),
        ]
        if IF_MATCH in self.get_override_parameters():
            refusals.append("412")
        bodies: dict[str, Any] = super()._get_response_bodies(*args, **kwargs)
        if IF_NONE_MATCH in self.get_override_parameters():
            bodies["304"] = self._get_response_for_code(None, "304")  # type: ignore[no-untyped-call]
        for status in sorted(refusals):
            bodies[status] = self._get_response_for_code(ErrorsSerializer, status)  # type: ignore[no-untyped-call]
        return bodies
