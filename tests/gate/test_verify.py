"""/auth/verify/: what gateways ask before they let a request pass."""

from __future__ import annotations

import logging
from urllib.parse import parse_qsl
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import Settings
from pytest_django.fixtures import DjangoAssertNumQueries

from accesskeys import operations
from accesskeys.operations.actors import Actor
from tests.clients import anybody, consumer
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import database_away, headers_of, holds_part_of

pytestmark = pytest.mark.django_db

VERIFY = "/auth/verify/"
IDENTITY = ("X-Access-Key-Id", "X-Access-Key-Name", "X-Access-Key-Scopes", "X-Access-Key-Labels")


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])
def test_a_good_key_passes_with_any_method_and_any_host(method: str) -> None:
    access_key = AccessKeyFactory(scopes=["orders:read", "orders:write"])
    response = consumer(access_key).generic(method, VERIFY, headers={"Host": "orders.internal"})
    assert response.status_code == 200
    assert [response[name] for name in IDENTITY] == [
        str(access_key.pk),
        access_key.name,
        "orders:read orders:write",
        "",
    ]
    assert response.content == b""
    assert (response["Content-Length"], response["Cache-Control"]) == ("0", "no-store")


def test_each_identity_header_is_there_even_if_it_is_empty() -> None:
    response = consumer(AccessKeyFactory(scopes=[])).get(VERIFY)
    assert response["X-Access-Key-Scopes"] == ""


def test_no_label_breaks_its_header(command: Actor) -> None:
    access_key = AccessKeyFactory()
    labels = {"team": "J\u00fcrgen & Co=1, \U0001f511", "tier": "100 %", "empty": ""}
    operations.describe(access_key_id=access_key.pk, labels=labels, actor=command)
    told = consumer(access_key).get(VERIFY)["X-Access-Key-Labels"]
    assert told.isascii()
    assert told.isprintable()
    assert dict(parse_qsl(told, keep_blank_values=True)) == labels


@pytest.mark.parametrize(
    ("authorization", "challenge"),
    [
        (None, 'Bearer realm="identity-cloud"'),
        ("Basic dXNlcjpwYXNz", 'Bearer realm="identity-cloud"'),
        ("Bearer", 'Bearer realm="identity-cloud", error="invalid_token"'),
        ("Bearer nonsense", 'Bearer realm="identity-cloud", error="invalid_token"'),
    ],
)
def test_no_key_and_a_bad_key_are_challenged(authorization: str | None, challenge: str) -> None:
    response = anybody(authorization=authorization).get(VERIFY)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == challenge
    assert not any(name in response for name in IDENTITY)


def test_suspended_expired_revoked_and_out_of_network_are_one_answer(command: Actor) -> None:
    suspended, expired, revoked, elsewhere = (
        AccessKeyFactory(),
        AccessKeyFactory(expired=True),
        AccessKeyFactory(),
        AccessKeyFactory(),
    )
    operations.suspend(access_key_id=suspended.pk, actor=command)
    operations.revoke(access_key_id=revoked.pk, actor=command)
    operations.limit(
        access_key_id=elsewhere.pk, allowed_networks=["192.0.2.0/24"], rate_limit=None, actor=command
    )
    answers = {
        (response.status_code, *headers_of(response))
        for response in (consumer(key).get(VERIFY) for key in (suspended, expired, revoked, elsewhere))
    }
    assert len(answers) == 1
    assert answers.pop()[0] == 401


class TestScopes:
    @pytest.mark.parametrize(
        "query",
        ["scope=orders:read", "scope=orders:read&scope=orders:write", "scope=orders:read+orders:write", ""],
    )
    def test_all_that_the_gateway_asks_for_are_there(self, query: str) -> None:
        client = consumer(AccessKeyFactory(scopes=["orders:read", "orders:write"]))
        assert client.get(f"{VERIFY}?{query}").status_code == 200

    def test_a_missing_one_is_named(self) -> None:
        client = consumer(AccessKeyFactory(scopes=["orders:read"]))
        response = client.get(f"{VERIFY}?scope=orders:read&scope=orders:write")
        assert response.status_code == 403
        challenge = 'Bearer realm="identity-cloud", error="insufficient_scope", scope="orders:write"'
        assert response["WWW-Authenticate"] == challenge
        assert not any(name in response for name in IDENTITY)

    @pytest.mark.parametrize(
        "query",
        [
            "scope=Orders",
            "scope=orders:read%0a",
            "dialect=apache",
            "dialect=caddy&dialect=nginx",
            "scopes=orders:read",
            "x",
        ],
    )
    def test_a_gateway_that_asks_for_nonsense_gets_nobody_in(
        self, query: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        response = consumer(AccessKeyFactory()).get(f"{VERIFY}?{query}")
        assert response.status_code == 503
        assert query not in caplog.text
        assert "A gateway asks for" in caplog.text


class TestOverTheLimit:
    @pytest.fixture
    def client(self, command: Actor) -> Client:
        access_key = AccessKeyFactory()
        operations.limit(access_key_id=access_key.pk, allowed_networks=[], rate_limit="1/hour", actor=command)
        client = consumer(access_key)
        client.get(VERIFY)
        return client

    @pytest.mark.parametrize("dialect", ["caddy", "traefik", "envoy", "haproxy"])
    def test_gateways_that_pass_a_429_on_hear_it(self, client: Client, dialect: str) -> None:
        response = client.get(f"{VERIFY}?dialect={dialect}")
        assert response.status_code == 429
        assert 0 < int(response["Retry-After"]) <= 3600

    @pytest.mark.parametrize("query", ["", "?dialect=nginx"])
    def test_nginx_would_make_a_500_of_it_and_hears_403(self, client: Client, query: str) -> None:
        response = client.get(VERIFY + query)
        assert response.status_code == 403
        assert int(response["Retry-After"]) > 0
        assert "WWW-Authenticate" not in response


def test_without_the_database_nobody_passes() -> None:
    client = consumer(AccessKeyFactory())
    with database_away():
        response = client.get(VERIFY)
    assert response.status_code == 503
    assert response["Retry-After"] == "5"


def test_one_read_and_at_most_one_write_a_minute(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = consumer(AccessKeyFactory())
    with django_assert_num_queries(2) as queries:
        client.get(VERIFY)
    assert queries[0]["sql"].startswith("SELECT")
    assert queries[1]["sql"].startswith("1 times: UPDATE")
    with django_assert_num_queries(1):
        client.get(VERIFY)
    with django_assert_num_queries(0):
        anybody(authorization=f"Bearer ica_{'A' * 51}").get(VERIFY)


def test_the_address_of_the_client_comes_from_trusted_gateways_alone(
    settings: Settings, command: Actor
) -> None:
    access_key = AccessKeyFactory()
    operations.limit(
        access_key_id=access_key.pk, allowed_networks=["192.0.2.0/24"], rate_limit=None, actor=command
    )
    forwarded = {"X-Forwarded-For": "192.0.2.7"}
    assert consumer(access_key).get(VERIFY, headers=forwarded).status_code == 401
    settings.TRUSTED_PROXIES = ["127.0.0.0/8"]
    assert consumer(access_key).get(VERIFY, headers=forwarded).status_code == 200


def test_the_reason_and_nothing_of_the_key_or_the_query_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    access_key = AccessKeyFactory(expired=True)
    consumer(access_key).get(f"{VERIFY}?scope=orders:u{uuid4()}")
    consumer(access_key).get(f"{VERIFY}?scope=orders:read")
    assert "Key refused: expired, from 127.0.0.1" in caplog.text
    assert "orders" not in caplog.text
    assert not holds_part_of(key_of(access_key), caplog.text)
