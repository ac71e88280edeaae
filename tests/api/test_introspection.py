"""/oauth2/introspect/: RFC 7662 for API servers that ask themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from accesskeys import operations, verification
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.clients import anybody, consumer
from tests.factories import AccessKeyFactory, key_of

pytestmark = pytest.mark.django_db

INTROSPECT = "/oauth2/introspect/"
EXPIRES = datetime(2099, 1, 1, tzinfo=UTC)


@pytest.fixture
def api_server() -> Client:
    return consumer(AccessKeyFactory(name="orders_api", scopes=["access_keys:introspect"]))


def ask(client: Client, form: dict[str, Any]) -> Any:
    return client.post(INTROSPECT, urlencode(form, doseq=True), "application/x-www-form-urlencoded")


def asked(client: Client, key: str, **more: str) -> Any:
    response = ask(client, {"token": key, **more})
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    return response.json()


class CutShort:
    """What the server hands over of a client that hung up within the body."""

    def read(self, *_size: int) -> bytes:
        raise ConnectionResetError

    readline = read


def test_a_question_that_is_cut_short_is_the_clients_fault(api_server: Client) -> None:
    form = urlencode({"token": key_of(AccessKeyFactory())})

    response = api_server.generic(
        "POST", INTROSPECT, form, "application/x-www-form-urlencoded", **{"wsgi.input": CutShort()}
    )

    assert response.status_code == 400
    assert "active" not in response.json()


def test_a_usable_key_is_described(api_server: Client) -> None:
    access_key = AccessKeyFactory(scopes=["orders:read", "orders:write"], expires_at=EXPIRES)
    assert asked(api_server, key_of(access_key)) == {
        "active": True,
        "token_type": "Bearer",
        "scope": "orders:read orders:write",
        "client_id": access_key.name,
        "sub": str(access_key.pk),
        "iat": int(access_key.created_at.timestamp()),
        "exp": int(EXPIRES.timestamp()),
    }


def test_one_without_expiry_has_no_exp(api_server: Client) -> None:
    assert "exp" not in asked(api_server, key_of(AccessKeyFactory()))


def test_of_one_that_is_not_usable_nothing_is_said(api_server: Client, command: Actor) -> None:
    suspended, revoked, limited = AccessKeyFactory.create_batch(3)
    operations.suspend(access_key_id=suspended.pk, actor=command)
    operations.revoke(access_key_id=revoked.pk, actor=command)
    operations.limit(access_key_id=limited.pk, allowed_networks=[], rate_limit="1/hour", actor=command)
    verification.authenticate(key_of(limited))
    unusable = [key_of(key) for key in (suspended, revoked, limited, AccessKeyFactory(expired=True))]
    for key in (*unusable, "nonsense"):
        assert asked(api_server, key) == {"active": False}


def test_allowed_networks_want_the_address_that_the_key_came_from(api_server: Client, command: Actor) -> None:
    access_key = AccessKeyFactory()
    operations.limit(
        access_key_id=access_key.pk, allowed_networks=["192.0.2.0/24"], rate_limit=None, actor=command
    )
    key = key_of(access_key)
    assert asked(api_server, key, address="192.0.2.7")["active"] is True
    assert asked(api_server, key, address="198.51.100.7") == {"active": False}
    assert asked(api_server, key) == {"active": False}


def test_the_key_counts_as_used(api_server: Client) -> None:
    access_key = AccessKeyFactory()
    asked(api_server, key_of(access_key))
    assert AccessKey.objects.get(pk=access_key.pk).last_used_at is not None


@pytest.mark.parametrize("form", [{}, {"token": ["a", "b"]}])
def test_a_question_names_one_key(api_server: Client, form: dict[str, Any]) -> None:
    response = ask(api_server, form)
    assert response.status_code == 400
    assert response.json()["errors"][0]["detail"] == "Send the key to ask about as token, once."


def test_the_caller_needs_a_key_with_the_scope() -> None:
    key = key_of(AccessKeyFactory())
    nobody = ask(anybody(), {"token": key})
    without_scope = ask(consumer(AccessKeyFactory(scopes=["access_keys:read"])), {"token": key})
    assert (nobody.status_code, without_scope.status_code) == (401, 403)
    assert 'scope="access_keys:introspect"' in without_scope["WWW-Authenticate"]
    assert b"active" not in nobody.content + without_scope.content


def test_json_is_not_the_language_of_this_endpoint(api_server: Client) -> None:
    response = api_server.post(INTROSPECT, {"token": "x"}, content_type="application/json")
    assert response.status_code == 415
