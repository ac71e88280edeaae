"""What several tests of the API ask in the same words."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from hypothesis import HealthCheck, settings

from accesskeys.models import AccessKey

# The fixtures hold for all examples: nothing that an example does outlives its answer, or matters to the next.
MODERATE = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

PING = "/api/v1/ping/"
CURRENT = "/api/v1/access-keys/current/"
LIST = "/api/v1/access-keys/"
JSON = "application/json"
TOLD = [
    "id",
    "name",
    "scopes",
    "allowed_networks",
    "rate_limit",
    "created_at",
    "created_by",
    "expires_at",
    "suspended_at",
    "last_used_at",
]


def details(access_key: AccessKey) -> str:
    return reverse("api:access_key_details", args=[access_key.pk])


def reveal(access_key: AccessKey) -> str:
    return reverse("api:access_key_reveal", args=[access_key.pk])


def errors(response: HttpResponse) -> list[tuple[str, str | None]]:
    """Code and field of each error, in the one shape that all errors have."""
    answer = json.loads(response.content)
    assert set(answer) == {"type", "errors"}
    kind = "server_error" if response.status_code >= 500 else "client_error"
    assert answer["type"] in {kind, "validation_error" if response.status_code == 400 else kind}
    for error in answer["errors"]:
        assert set(error) == {"code", "detail", "attr"}
        assert error["detail"]
    return [(error["code"], error["attr"]) for error in answer["errors"]]


def told(access_key: AccessKey) -> dict[str, Any]:
    """The access key as the API describes it."""
    access_key.refresh_from_db()
    return {
        "id": str(access_key.pk),
        "name": access_key.name,
        "scopes": access_key.scopes,
        "allowed_networks": access_key.allowed_networks,
        "rate_limit": access_key.rate_limit,
        "created_at": _moment(access_key.created_at),
        "created_by": access_key.created_by,
        "expires_at": _moment(access_key.expires_at),
        "suspended_at": _moment(access_key.suspended_at),
        "last_used_at": _moment(access_key.last_used_at),
    }


def _moment(moment: Any) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
