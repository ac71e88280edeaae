"""What several tests of the API ask in the same words."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from hypothesis import HealthCheck, settings

from accesskeys import operations
from accesskeys.core.keyring import get_keyring
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, key_of

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
    "description",
    "owner",
    "labels",
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
        "description": access_key.description,
        "owner": access_key.owner,
        "labels": access_key.labels,
    }


def _moment(moment: Any) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None


NOWHERE = "0198f3a0-0000-4000-8000-000000000000"


REALM = 'Bearer realm="identity-cloud"'


def insufficient(scope: str) -> str:
    return f'{REALM}, error="insufficient_scope", scope="{scope}"'


def last_event() -> tuple[str, str, str, str, str]:
    event = AuditEvent.objects.latest("pk")
    return event.door, event.action, event.outcome, event.reason, event.actor_label


def refused_keys() -> dict[str, str]:
    """A header for each way to be no usable key."""
    revoked = AccessKeyFactory()
    operations.revoke(access_key_id=revoked.pk, actor=Actor.for_command())
    return {
        "malformed": "Bearer nonsense",
        "no key": "Bearer",
        "two words": f"Bearer {key_of(AccessKeyFactory())} x",
        "forged": "Bearer ica_" + 51 * "A",
        "unknown": f"Bearer {get_keyring().new_key()}",
        "revoked": f"Bearer {key_of(revoked)}",
        "expired": f"Bearer {key_of(AccessKeyFactory(expired=True))}",
    }
