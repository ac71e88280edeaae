"""429: one sentence, one shape, and when to come again."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from accesskeys import operations, verification
from accesskeys.operations.actors import Actor
from tests.api.helpers import LIST, PING
from tests.clients import anybody, consumer
from tests.factories import AccessKeyFactory, key_of

pytestmark = pytest.mark.django_db

ADDRESSES = (PING, LIST, "/metrics/", "/oauth2/introspect/")


def check(response: Any) -> None:
    assert response.status_code == 429
    assert response.json() == {
        "type": "client_error",
        "errors": [{"code": "throttled", "detail": "Too many requests. Try again later.", "attr": None}],
    }
    assert 0 < int(response["Retry-After"]) <= 3600
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_key_over_its_limit(path: str, command: Actor) -> None:
    access_key = AccessKeyFactory()
    operations.limit(access_key_id=access_key.pk, allowed_networks=[], rate_limit="1/hour", actor=command)
    verification.authenticate(key_of(access_key))
    check(consumer(access_key).get(path))


@pytest.mark.parametrize("path", ADDRESSES)
def test_an_address_that_keeps_presenting_bad_keys(path: str, settings: Settings) -> None:
    settings.ACCESS_KEYS_BAD_KEY_LIMIT = "1/hour"
    client = anybody(authorization="Bearer nonsense")
    client.get(path)
    check(client.get(path))
