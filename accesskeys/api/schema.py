"""What drf-spectacular cannot find out by itself."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from accesskeys.api.preconditions import IF_MATCH, IF_NONE_MATCH
from accesskeys.api.serializers import ErrorsSerializer
from accesskeys.operations import policy

REFUSALS, WITH_ID = ("400", "401", "403", "413", "415", "429", "503"), ("404",)
WITH_ROTATION = ("409",)


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
