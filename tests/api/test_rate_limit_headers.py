"""RateLimit-Policy and RateLimit: a program hears where its own key stands, whatever else it hears."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from pytest_django import Settings

from accesskeys import operations, verification
from accesskeys.core.scopes import READ, WRITE
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.api.helpers import CURRENT, JSON, LIST, NOWHERE, PING, details
from tests.api.test_documented_answers import OPERATIONS
from tests.clients import anybody, consumer
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import database_away, headers_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_counters")]

HEADERS = ("RateLimit-Policy", "RateLimit")
SCOPES = [READ, WRITE, "access_keys:introspect", "access_keys:metrics"]
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def access_key(command: Actor) -> AccessKey:
    return limited(command, "5/hour", scopes=SCOPES)


@pytest.fixture
def client(access_key: AccessKey) -> Client:
    return consumer(access_key)


def limited(command: Actor, rate: str, **facts: Any) -> AccessKey:
    pk = AccessKeyFactory(**facts).pk
    return operations.limit(access_key_id=pk, allowed_networks=[], rate_limit=rate, actor=command)


def left(response: Any, *, of: int = 5) -> int:
    """How many are left, of a limit by the hour."""
    assert response["RateLimit-Policy"] == f'"access-key";q={of};w=3600'
    name, r, t = response["RateLimit"].split(";")
    assert (name, r[:2], t[:2]) == ('"access-key"', "r=", "t=")
    assert 0 < int(t[2:]) <= 3600
    return int(r[2:])


def is_told_nothing(response: Any) -> bool:
    return not any(response.has_header(name) for name in HEADERS)


def test_each_call_leaves_one_less_and_the_one_beyond_the_last_none(client: Client) -> None:
    answers = [client.get(PING) for _ in range(7)]
    assert [(answer.status_code, left(answer)) for answer in answers] == [
        *((200, rest) for rest in (4, 3, 2, 1, 0)),
        (429, 0),
        (429, 0),
    ]
    last = answers[-1]
    assert last["RateLimit"].endswith(f";t={last['Retry-After']}")


def test_its_own_window_begins_anew_with_another_rate(access_key: AccessKey, command: Actor) -> None:
    client = consumer(access_key)
    client.get(PING)
    operations.limit(access_key_id=access_key.pk, allowed_networks=[], rate_limit="9/second", actor=command)
    assert client.get(PING)["RateLimit-Policy"] == '"access-key";q=9;w=1'
    operations.limit(access_key_id=access_key.pk, allowed_networks=[], rate_limit="", actor=command)
    assert is_told_nothing(client.get(PING))


@pytest.mark.parametrize(
    ("status", "method", "path", "body"),
    [
        (200, "GET", CURRENT, ""),
        (200, "HEAD", CURRENT, ""),
        (200, "GET", LIST, ""),
        (200, "GET", "/metrics/", ""),
        (400, "GET", f"{PING}?page=2", ""),
        (400, "POST", LIST, "{"),
        (403, "POST", f"{LIST}{NOWHERE}/reveal/", ""),
        (403, "POST", f"{LIST}current/rotation/", ""),
        (404, "GET", f"{LIST}{NOWHERE}/", ""),
        (405, "PUT", LIST, "{}"),
    ],
)
def test_every_answer_tells_it(client: Client, status: int, method: str, path: str, body: str) -> None:
    response = client.generic(method, path, body, JSON if body else "")
    assert (response.status_code, left(response)) == (status, 4)


def test_a_body_of_another_kind_is_told_it_too(client: Client) -> None:
    response = client.post(LIST, "name=x", FORM)
    assert (response.status_code, left(response)) == (415, 4)


def test_answers_of_few_bytes_tell_it_too(client: Client) -> None:
    other = details(AccessKeyFactory())
    tag = client.get(other)["ETag"]
    unchanged = client.get(other, headers={"If-None-Match": tag})
    outdated = client.delete(other, headers={"If-Match": '"old"'})
    assert [(each.status_code, left(each)) for each in (unchanged, outdated)] == [(304, 3), (412, 2)]


def test_a_conflict_tells_it_too(client: Client) -> None:
    marked = {"Idempotency-Key": '"8e03978e"'}
    answers = [client.post(LIST, {"name": name}, JSON, headers=marked) for name in ("one", "two")]
    assert [(each.status_code, left(each)) for each in answers] == [(201, 4), (409, 3)]


class TestWhoIsToldNothing:
    def test_a_key_without_a_limit(self) -> None:
        assert is_told_nothing(consumer(AccessKeyFactory()).get(PING))

    def test_whoever_is_not_let_in(self, access_key: AccessKey, client: Client, command: Actor) -> None:
        client.get(PING)
        bad = anybody(authorization="Bearer bad").get(PING)
        operations.suspend(access_key_id=access_key.pk, actor=command)
        refused = client.get(PING)
        assert (bad.status_code, refused.status_code, refused.content) == (401, 401, bad.content)
        assert headers_of(refused) == headers_of(bad)
        assert is_told_nothing(refused)
        assert is_told_nothing(anybody().get(PING))

    def test_an_address_that_keeps_presenting_bad_keys(self, settings: Settings) -> None:
        settings.ACCESS_KEYS_BAD_KEY_LIMIT = "1/hour"
        guesser = anybody(authorization="Bearer bad")
        guesser.get(PING)
        response = guesser.get(PING)
        assert response.status_code == 429
        assert is_told_nothing(response)

    def test_whoever_finds_the_database_away(self, client: Client) -> None:
        with database_away():
            response = client.get(PING)
        assert response.status_code == 503
        assert is_told_nothing(response)


class TestAskingAboutAnother:
    def test_tells_of_the_caller(self, client: Client, command: Actor) -> None:
        other = limited(command, "2/minute")
        answers = [
            client.post("/oauth2/introspect/", urlencode({"token": key_of(other)}), FORM) for _ in "123"
        ]
        assert [(each.json()["active"], left(each)) for each in answers] == [(True, 4), (True, 3), (False, 2)]

    def test_tells_a_caller_without_a_limit_nothing(self, access_key: AccessKey) -> None:
        asker = consumer(AccessKeyFactory(scopes=["access_keys:introspect"]))
        for _ in range(7):
            answer = asker.post("/oauth2/introspect/", urlencode({"token": key_of(access_key)}), FORM)
            assert is_told_nothing(answer)
        assert answer.json() == {"active": False}

    def test_ending_a_key_tells_nothing(self, access_key: AccessKey) -> None:
        verification.authenticate(key_of(access_key))
        assert is_told_nothing(
            anybody().post("/oauth2/revoke/", urlencode({"token": key_of(access_key)}), FORM)
        )


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation_documents_them(name: str) -> None:
    _, _, operation = OPERATIONS[name]
    telling = {
        status
        for status, response in operation["responses"].items()
        if {*HEADERS} <= {*response.get("headers", {})}
    }
    assert telling == set(operation["responses"]) - {"401", "413", "503"}
    sunset = {
        status
        for status, response in operation["responses"].items()
        if "Sunset" in response.get("headers", {})
    }
    assert sunset == telling - {"429"}
