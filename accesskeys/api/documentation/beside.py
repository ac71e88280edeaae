"""What stands beside the API and is asked by other means: the OAuth endpoints and the metrics.

Written by hand: they take forms, and answer with what their RFCs say, or with text.
"""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from accesskeys.core import scopes

FORM: Final = "application/x-www-form-urlencoded"
SECURITY: Final[list[dict[str, list[str]]]] = [{"accessKey": []}]
_STRING: Final = {"type": "string"}
_MOMENT: Final = {"type": "integer", "description": _("Seconds since 1970.")}
_INACTIVE: Final = {
    "type": "object",
    "required": ["active"],
    "additionalProperties": False,
    "properties": {"active": {"const": False}},
}
_ACTIVE: Final = {
    "type": "object",
    "required": ["active", "token_type", "scope", "client_id", "sub", "iat"],
    "additionalProperties": False,
    "properties": {
        "active": {"const": True},
        "token_type": {"const": "Bearer"},
        "scope": {**_STRING, "description": _("Its scopes, parted by spaces.")},
        "client_id": {**_STRING, "description": _("The name of the access key.")},
        "sub": {**_STRING, "format": "uuid", "description": _("The access key ID.")},
        "iat": _MOMENT,
        "exp": _MOMENT,
    },
}
_METRICS: Final = """\
# HELP access_keys_decisions_total Decisions about presented keys.
# TYPE access_keys_decisions_total counter
access_keys_decisions_total{door="api",outcome="accepted",reason=""} 1024.0
access_keys_decisions_total{door="gate",outcome="refused",reason="expired"} 3.0
"""


def refusals(*statuses: int) -> dict[str, Any]:
    """The answers with these statuses, in the one shape of every refusal."""
    body = {"application/json": {"schema": {"$ref": "#/components/schemas/Errors"}}}
    return {str(status): {"description": "", "content": body} for status in statuses}


def _form(**fields: Any) -> dict[str, Any]:
    properties = {name: {**_STRING, "description": description} for name, description in fields.items()}
    schema = {"type": "object", "required": ["token"], "properties": properties}
    return {"required": True, "content": {FORM: {"schema": schema}}}


def paths() -> dict[str, Any]:
    """The path items, in the language of the moment."""
    return {
        "/oauth2/introspect/": {"post": _introspection()},
        "/oauth2/revoke/": {"post": _revocation()},
        "/metrics/": {"get": _metrics()},
    }


def _introspection() -> dict[str, Any]:
    answer = {
        "active": True,
        "token_type": "Bearer",
        "scope": "orders:read",
        "client_id": "billing_worker",
        "sub": "5b0ac3f2-6f2e-4c0e-9d5f-2b7a1c7d9e10",
        "iat": 1896091200,
        "exp": 1925078399,
    }
    return {
        "operationId": "introspect_key",
        "summary": _("Ask about a key that was presented (RFC 7662)"),
        "x-purpose": _(
            "For API servers that decide by themselves. Of a key that is not usable they hear that, and nothing else."
        ),
        "x-scope": scopes.INTROSPECT,
        "security": SECURITY,
        "requestBody": _form(
            token=_("The key to ask about."),
            address=_("Where it came from. Without it, a key with allowed networks is inactive."),
        ),
        "responses": {
            "200": {
                "description": "",
                "content": {
                    "application/json": {
                        "schema": {"oneOf": [_ACTIVE, _INACTIVE]},
                        "examples": {"answer": {"value": answer}, "inactive": {"value": {"active": False}}},
                    }
                },
            },
            **refusals(400, 401, 403, 413, 415, 429, 503),
        },
    }


def _revocation() -> dict[str, Any]:
    nothing = {"type": "object", "additionalProperties": False}
    return {
        "operationId": "revoke_key",
        "summary": _("End a key that one holds (RFC 7009)"),
        "x-purpose": _(
            "For programs that are done, and finders of a leaked key. The key is the proof. Any other text is answered "
            "alike. With its last key, an access key is revoked."
        ),
        "security": [],
        "requestBody": _form(token=_("The key to end.")),
        "responses": {
            "200": {
                "description": "",
                "content": {"application/json": {"schema": nothing, "examples": {"answer": {"value": {}}}}},
            },
            **refusals(400, 413, 415, 503),
        },
    }


def _metrics() -> dict[str, Any]:
    return {
        "operationId": "read_metrics",
        "summary": _("Read the metrics, as Prometheus does"),
        "x-purpose": _(
            "How decisions about keys ended, by door and reason. No key, name or address is in it."
        ),
        "x-scope": scopes.METRICS,
        "security": SECURITY,
        "responses": {
            "200": {
                "description": "",
                "content": {"text/plain": {"schema": _STRING, "examples": {"answer": {"value": _METRICS}}}},
            },
            **refusals(400, 401, 403, 429, 503),
        },
    }
