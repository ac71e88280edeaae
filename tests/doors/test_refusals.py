"""What a program hears when its key cannot be taken: at the API, at the gate, and wherever it cannot be counted."""

from __future__ import annotations

import logging

import pytest
from pytest_django import Settings

from accesskeys import operations
from accesskeys.core.keyring import get_keyring
from accesskeys.operations.actors import Actor
from tests.clients import anybody, consumer
from tests.factories import AccessKeyFactory, key_of

pytestmark = pytest.mark.django_db

DOORS = ("/api/v1/ping/", "/auth/verify/?dialect=caddy")


@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer  ", "Bearer a b", "bearer {key} x", "Bearer\t{key}", "Bearer,{key}"]
)
def test_a_header_that_holds_no_single_word_is_a_bad_key(
    path: str,
    header: str,
    settings: Settings,
    own_counters: None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.ACCESS_KEYS_BAD_KEY_LIMIT = "2/hour"
    caplog.set_level(logging.INFO, "accesskeys.authentication")
    program = anybody(authorization=header.format(key=key_of(AccessKeyFactory())))
    assert [program.get(path).status_code for _ in range(3)] == [401, 401, 429]
    assert caplog.messages.count("Key refused: malformed, from 127.0.0.1") == 3
    assert caplog.messages.count("Key refused: bad_keys, from 127.0.0.1") == 1


class TestTheLogSaysWhyAndWhose:
    """The caller hears neither; whoever runs the program that is refused needs both."""

    @pytest.fixture(autouse=True)
    def _everything_is_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.INFO, "accesskeys.authentication")

    @pytest.mark.parametrize("path", DOORS)
    @pytest.mark.parametrize("reason", ["suspended", "expired", "address", "rate_limit"])
    def test_of_a_key_that_is_known(self, path: str, reason: str, caplog: pytest.LogCaptureFixture) -> None:
        access_key = AccessKeyFactory(expired=reason == "expired")
        actor = Actor.for_command()
        if reason == "suspended":
            operations.suspend(access_key_id=access_key.pk, actor=actor)
        networks = ["192.0.2.0/24"] if reason == "address" else []
        rate = "1/hour" if reason == "rate_limit" else None
        operations.limit(access_key_id=access_key.pk, allowed_networks=networks, rate_limit=rate, actor=actor)
        statuses = [consumer(access_key).get(path).status_code for _ in range(2)]
        assert statuses == ([200, 429] if reason == "rate_limit" else [401, 401])
        said = f"Key refused: {reason}, from 127.0.0.1: access key {access_key.name} ({access_key.pk})"
        assert set(_of_ours(caplog)) == {said}

    @pytest.mark.parametrize(
        ("path", "scope"),
        [
            ("/auth/verify/?scope=orders:read", "orders:read"),
            ("/api/v1/access-keys/", "access_keys:read"),
            ("/metrics/", "access_keys:metrics"),
        ],
    )
    def test_of_a_scope_that_is_missing(
        self, path: str, scope: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        access_key = AccessKeyFactory()
        assert consumer(access_key).get(path).status_code == 403
        said = f"Key refused: scope {scope}, from 127.0.0.1: access key {access_key.name} ({access_key.pk})"
        assert _of_ours(caplog) == [said]


def _of_ours(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "accesskeys.authentication"]


class TestCountersAway:
    """Nobody listens where ``CACHE_URL`` points to."""

    @pytest.fixture(autouse=True)
    def away(self, settings: Settings) -> None:
        backend = "django.core.cache.backends.redis.RedisCache"
        settings.CACHES = {"counting": {"BACKEND": backend, "LOCATION": "redis://127.0.0.1:1/0"}}
        settings.ACCESS_KEYS_COUNTER_CACHE = "counting"

    @pytest.fixture
    def limited_key(self) -> str:
        access_key = AccessKeyFactory()
        operations.limit(
            access_key_id=access_key.pk, allowed_networks=[], rate_limit="9/hour", actor=Actor.for_command()
        )
        return key_of(access_key)

    @pytest.mark.parametrize("path", DOORS)
    def test_a_key_with_a_limit_waits(
        self, path: str, limited_key: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        response = anybody(authorization=f"Bearer {limited_key}").get(path)
        assert (response.status_code, response["Retry-After"]) == (503, "5")
        [record] = [record for record in caplog.records if record.name == "accesskeys.rate_limits"]
        assert record.getMessage().startswith(
            "Rate limits cannot be counted: Error 111 connecting to 127.0.0.1:1"
        )
        assert not any(record.exc_info for record in caplog.records)

    def test_so_does_an_introspection_of_it(self, limited_key: str) -> None:
        api_server = consumer(AccessKeyFactory(scopes=["access_keys:introspect"]))
        response = api_server.post(
            "/oauth2/introspect/", f"token={limited_key}", "application/x-www-form-urlencoded"
        )
        assert (response.status_code, response["Retry-After"]) == (503, "5")

    @pytest.mark.parametrize("path", DOORS)
    def test_a_key_without_a_limit_passes(self, path: str) -> None:
        assert consumer(AccessKeyFactory()).get(path).status_code == 200

    @pytest.mark.parametrize("path", DOORS)
    def test_a_bad_key_is_refused_all_the_same(self, path: str, caplog: pytest.LogCaptureFixture) -> None:
        response = anybody(authorization=f"Bearer {get_keyring().new_key()}").get(path)
        assert response.status_code == 401
        assert "Rate limits cannot be counted" in caplog.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/ping/", 401),
        ("GET", "/api/v1/schema/?lang=de", 400),
        ("GET", "/api/v1/nothing/", 404),
        ("GET", "/api/v1/ping", 404),
        ("POST", "/api/v1/access-keys/", 413),
        ("GET", "/settings/access-keys/nothing/", 404),
    ],
)
def test_no_refusal_is_ever_kept(method: str, path: str, status: int) -> None:
    body = b" " * 100_000 if status == 413 else b""
    response = anybody().generic(method, path, body, "application/json")
    assert response.status_code == status
    assert response["Cache-Control"] == "no-store"
    assert "Expires" not in response


@pytest.mark.parametrize(
    "path", ["/api/v1/access-keys", "/api/v1/ping", "/api/v1/schema", "/oauth2/introspect"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_its_last_slash_an_address_is_nowhere(method: str, path: str) -> None:
    client = consumer(AccessKeyFactory(scopes=["access_keys:write"]))
    response = client.generic(method, path, b'{"name": "billing"}', "application/json")
    assert response.status_code == 404
    assert [error["code"] for error in response.json()["errors"]] == ["not_found"]
