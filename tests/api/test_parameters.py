"""Parameters of a query that nobody reads: a program that sends one wants another answer than it would get."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from accesskeys.core.keyring import get_keyring
from accesskeys.core.scopes import BUILT_IN
from accesskeys.models import AccessKey, AuditEvent
from tests.api.helpers import JSON, LIST, details, errors
from tests.clients import anybody, consumer, signed_in
from tests.factories import AccessKeyFactory, OperatorFactory
from tests.helpers import holds_part_of, stored

pytestmark = pytest.mark.django_db

KNOWN = (
    "Here are created_after, created_before, cursor, expires_after, expires_before, label, last_used_before, "
    "ordering, owner, page_size, scope, search, status."
)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


@pytest.fixture
def almighty() -> Client:
    scopes = list(BUILT_IN)
    return consumer(AccessKeyFactory(name="almighty", scopes=scopes))


def sentences(response: Any) -> list[str]:
    return [error["detail"] for error in response.json()["errors"]]


@pytest.mark.parametrize(
    "query", ["scopes=orders:read", "page=2", "limit=10", "format=json", "Status=usable", "=1"]
)
def test_the_list_names_what_it_does_not_know_and_what_it_does(reader: Client, query: str) -> None:
    AccessKeyFactory()
    response = reader.get(f"{LIST}?{query}")
    assert (response.status_code, errors(response)) == (400, [("unknown", query.partition("=")[0])])
    assert sentences(response) == [f"There is no such parameter. {KNOWN}"]


def test_all_of_them_are_named(reader: Client) -> None:
    response = reader.get(f"{LIST}?page=2&status=usable&limit=10&search=a&search=b&status=expired")
    assert errors(response) == [
        ("unknown", "page"),
        ("repeated", "status"),
        ("unknown", "limit"),
        ("repeated", "search"),
    ]
    assert sentences(response)[1] == "Send this parameter once."


def test_next_and_previous_hold_nothing_that_is_refused(reader: Client) -> None:
    AccessKeyFactory.create_batch(3)
    query = {"page_size": 2, "ordering": "name", "status": "usable", "search": "key"}
    first = reader.get(LIST, query).json()
    second = reader.get(first["next"])
    assert second.status_code == 200
    assert reader.get(second.json()["previous"]).json()["results"] == first["results"]


@pytest.mark.parametrize("known", ["ordering", "status"])
def test_a_choice_that_is_none_names_the_choices_and_not_itself(reader: Client, known: str) -> None:
    key = get_keyring().new_key()
    for value in ("-last_used_at", key):
        response = reader.get(LIST, {known: value})
        assert (response.status_code, errors(response)) == (400, [("invalid_choice", known)])
        choices = {
            "ordering": "name, -name, created_at, -created_at",
            "status": "usable, expiring, expired, suspended, never_used, unused",
        }
        assert sentences(response) == [f"Choose one of {choices[known]}."]
        assert not holds_part_of(key, response.content)


def addresses(access_key: AccessKey) -> list[str]:
    """Every address that is for programs."""
    found = ["/oauth2/introspect/", "/metrics/"]
    api = next(pattern for pattern in get_resolver().url_patterns if str(pattern.pattern) == "api/v1/")
    for pattern in api.url_patterns:  # type: ignore[union-attr]
        route = str(pattern.pattern)
        found.append(
            "/api/v1/"
            + "/".join(str(access_key.pk) if part[:1] == "<" else part for part in route.split("/"))
        )
    return found


@pytest.mark.parametrize("method", METHODS)
def test_every_other_address_takes_none(almighty: Client, method: str) -> None:
    target = AccessKeyFactory(name="target")
    before, events = stored(target.pk), AuditEvent.objects.count()
    asked = 0
    for address in addresses(target):
        if almighty.generic(method, address, "[]", JSON).status_code == 405:
            continue
        asked += 1
        response = almighty.generic(method, f"{address}?page=2", json.dumps({}), JSON)
        assert (address, response.status_code) == (address, 400)
        if method != "HEAD":
            assert errors(response) == [("unknown", "page")]
            taken = KNOWN if (address, method) == (LIST, "GET") else "There are none here."
            assert sentences(response) == [f"There is no such parameter. {taken}"]
    assert asked
    assert (stored(target.pk), AuditEvent.objects.count()) == (before, events)


def test_writing_takes_not_even_those_that_reading_takes(writer: Client) -> None:
    response = writer.post(f"{LIST}?status=usable", '{"name": "fresh"}', JSON)
    assert (response.status_code, errors(response)) == (400, [("unknown", "status")])
    assert not AccessKey.objects.filter(name="fresh").exists()


@pytest.mark.parametrize("name", ["token", "access_token", "key"])
def test_a_key_in_the_query_is_not_said_back(reader: Client, name: str) -> None:
    key = get_keyring().new_key()
    response = reader.get(LIST, {name: key})
    assert (response.status_code, errors(response)) == (400, [("unknown", name)])
    assert not holds_part_of(key, response.content)


def test_nor_is_one_that_is_a_name_itself(writer: Client, reader: Client) -> None:
    key = get_keyring().new_key()
    in_the_query = reader.get(f"{LIST}?{key}&{key.upper()}=1&page=2")
    in_the_body = writer.post(LIST, json.dumps({"name": "fresh", key: 1}), JSON)
    assert errors(in_the_query) == [("unknown", "non_field_errors")] * 2 + [("unknown", "page")]
    assert errors(in_the_body) == [("unknown", "non_field_errors")]
    for response in (in_the_query, in_the_body):
        assert response.status_code == 400
        assert not holds_part_of(key.lower(), response.content.lower())


def test_strangers_hear_that_they_are_strangers() -> None:
    assert anybody().get(f"{LIST}?page=2").status_code == 401
    assert consumer(AccessKeyFactory()).get(f"{LIST}?page=2").status_code == 403


def test_the_document_has_no_other_language_or_version(reader: Client) -> None:
    for client in (reader, signed_in(OperatorFactory())):
        response = client.get("/api/v1/schema/?lang=de&version=2")
        assert (response.status_code, errors(response)) == (
            400,
            [("unknown", "lang"), ("unknown", "version")],
        )


def test_a_method_that_is_not_there_is_405_whatever_it_brings(reader: Client) -> None:
    assert reader.put(f"{details(AccessKeyFactory())}?page=2", '{"name": "a"}', JSON).status_code == 405
