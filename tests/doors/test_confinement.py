"""A key that is confined does not free itself by way of another: what it generates is confined as it is."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from accesskeys import operations
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.clients import anybody, consumer
from tests.factories import AccessKeyFactory
from tests.helpers import audit_log

pytestmark = pytest.mark.django_db

LIST = "/api/v1/access-keys/"
JSON = "application/json"
EXPIRY = datetime(2100, 1, 1, tzinfo=UTC)
NETWORKS, RATE = ["127.0.0.0/8"], "1000/minute"
SCOPES = ["access_keys:read", "access_keys:write"]


@pytest.fixture
def caged(command: Actor) -> AccessKey:
    access_key = AccessKeyFactory(name="caged", scopes=SCOPES, expires_at=EXPIRY)
    return operations.limit(
        access_key_id=access_key.pk, allowed_networks=NETWORKS, rate_limit=RATE, actor=command
    )


def generated(client: Client, **wish: Any) -> dict[str, Any]:
    answer = client.post(LIST, json.dumps({"name": "child", "scopes": SCOPES, **wish}), content_type=JSON)
    assert answer.status_code == 201
    return dict(answer.json())


@pytest.mark.parametrize(
    ("wished", "given"),
    [
        (None, "2100-01-01T00:00:00Z"),
        ("2101-01-01T00:00:00Z", "2100-01-01T00:00:00Z"),
        ("2099-01-01T00:00:00Z", "2099-01-01T00:00:00Z"),
    ],
)
def test_what_it_generates_has_its_limits_and_outlives_it_in_no_case(
    caged: AccessKey, wished: str | None, given: str
) -> None:
    child = generated(consumer(caged), expires_at=wished)
    assert (child["allowed_networks"], child["rate_limit"], child["expires_at"]) == (NETWORKS, RATE, given)
    stored = AccessKey.objects.get(name="child")
    assert (stored.allowed_networks, stored.rate_limit) == (NETWORKS, RATE)


def test_neither_it_nor_what_it_generated_lifts_a_limit(caged: AccessKey) -> None:
    child = anybody(authorization=f"Bearer {generated(consumer(caged))['key']}")
    free = AccessKeyFactory(name="free")
    for client, name in ((consumer(caged), "caged"), (child, "child")):
        for target in (caged, AccessKey.objects.get(name="child"), free):
            body = json.dumps({"allowed_networks": [], "rate_limit": None})
            answer = client.put(f"{LIST}{target.pk}/limits/", body, content_type=JSON)
            assert (answer.status_code, answer.json()["errors"][0]["code"]) == (403, "permission_denied"), (
                name
            )
            assert audit_log()[-1] == (
                "access_key.limited",
                "refused",
                "permission_denied",
                target.pk,
                target.name,
            )
    caged.refresh_from_db()
    assert (caged.allowed_networks, caged.rate_limit) == (NETWORKS, RATE)


def test_a_key_without_limits_gives_none() -> None:
    child = generated(consumer(AccessKeyFactory(scopes=SCOPES)))
    assert (child["allowed_networks"], child["rate_limit"], child["expires_at"]) == ([], None, None)
