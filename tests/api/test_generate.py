"""Generating over the API."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from accesskeys import verification
from accesskeys.core.scopes import READ, REVEAL, WRITE
from accesskeys.models import AccessKey
from tests.api.helpers import (
    JSON,
    LIST,
    NOWHERE,
    TOLD,
    details,
    errors,
    insufficient,
    last_event,
    told,
)
from tests.clients import consumer
from tests.factories import AccessKeyFactory

pytestmark = pytest.mark.django_db


class TestGenerate:
    def post(self, client: Client, **body: Any) -> Any:
        return client.post(LIST, json.dumps(body), content_type=JSON)

    def test_a_name_alone_is_enough(self, writer: Client) -> None:
        response = self.post(writer, name="billing")
        assert response.status_code == 201
        answer = response.json()
        assert list(answer) == [*TOLD, "key"]
        access_key = AccessKey.objects.get(name="billing")
        assert answer == {**told(access_key), "key": answer["key"]}
        assert (access_key.scopes, access_key.expires_at, access_key.created_by) == ([], None, "writer")
        assert response["Location"] == details(access_key)
        assert "no-store" in response["Cache-Control"]
        assert verification.authenticate(answer["key"]).pk == access_key.pk
        assert last_event() == ("api", "access_key.generated", "succeeded", "", "writer")

    def test_with_expiry_and_scopes(self) -> None:
        client = consumer(AccessKeyFactory(scopes=[WRITE, READ, "orders:read"]))
        response = self.post(
            client,
            name="billing",
            scopes=["orders:read", READ, "orders:read"],
            expires_at="2099-01-01T01:00:00+01:00",
        )
        assert response.status_code == 201
        access_key = AccessKey.objects.get(name="billing")
        assert access_key.scopes == [READ, "orders:read"]
        assert access_key.expires_at == datetime(2099, 1, 1, tzinfo=UTC)
        assert response.json()["expires_at"] == "2099-01-01T00:00:00Z"

    @pytest.mark.parametrize("scope", [READ, REVEAL, "orders:read"])
    def test_a_key_cannot_grant_a_scope_that_it_lacks(self, writer: Client, scope: str) -> None:
        response = self.post(writer, name="billing", scopes=[WRITE, scope])
        assert response.status_code == 403
        assert response["WWW-Authenticate"] == insufficient(scope)
        assert errors(response) == [("insufficient_scope", None)]
        assert not AccessKey.objects.filter(name="billing").exists()
        assert last_event() == ("api", "access_key.generated", "refused", "insufficient_scope", "writer")

    def test_takes_the_scope(self, reader: Client) -> None:
        response = self.post(reader, name="billing")
        assert (response.status_code, response["WWW-Authenticate"]) == (403, insufficient(WRITE))
        assert not AccessKey.objects.filter(name="billing").exists()
        assert last_event() == ("api", "access_key.generated", "refused", "insufficient_scope", "reader")

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ({}, [("required", "name")]),
            ({"name": None}, [("invalid", "name")]),
            ({"name": "a b"}, [("invalid", "name")]),
            ({"name": "writer"}, [("unique", "name")]),
            ({"name": 5}, [("invalid", "name")]),
            ({"name": 5.0}, [("invalid", "name")]),
            ({"name": True}, [("invalid", "name")]),
            ({"name": ["a"]}, [("invalid", "name")]),
            ({"name": {"a": "b"}}, [("invalid", "name")]),
            ({"name": "a", "scopes": "orders:read"}, [("not_a_list", "scopes")]),
            ({"name": "a", "scopes": None}, [("null", "scopes")]),
            ({"name": "a", "scopes": [5]}, [("invalid", "scopes.0")]),
            ({"name": "a", "scopes": [None]}, [("invalid", "scopes.0")]),
            ({"name": "a", "scopes": ["Orders"]}, [("invalid_scope", "scopes")]),
            ({"name": "a", "scopes": [""]}, [("invalid_scope", "scopes")]),
            ({"name": "a", "scopes": [f"s{n}" for n in range(33)]}, [("too_many", "scopes")]),
            ({"name": "a", "expires_at": "soon"}, [("invalid", "expires_at")]),
            ({"name": "a", "expires_at": ""}, [("invalid", "expires_at")]),
            ({"name": "a", "expires_at": "2099-01-01T00:00:00Z\n"}, [("invalid", "expires_at")]),
            ({"name": "a", "expires_at": "٢٠٩٩-01-01T00:00:00Z"}, [("invalid", "expires_at")]),
            ({"name": "a", "expires_at": 4102444800}, [("invalid", "expires_at")]),
            ({"name": "a", "expires_at": "2099-01-01"}, None),
            ({"name": "a", "expires_at": "2099-01-01T00:00:00"}, [("naive", "expires_at")]),
            ({"name": "a", "expires_at": "2001-01-01T00:00:00Z"}, [("not_in_future", "expires_at")]),
            ({"name": "a", "expires_at": "9999-12-31T23:59:59-23:59"}, None),
            ({"name": "a", "expires_at": "0001-01-01T00:00:00+23:59"}, None),
            ({"name": "a", "nmae": "b"}, [("unknown", "nmae")]),
            ({"name": "a", "id": NOWHERE}, [("read_only", "id")]),
            ({"name": "a", "digest": "00"}, [("read_only", "digest")]),
            ({"name": "a", "sealed": "00"}, [("read_only", "sealed")]),
            ({"name": "a", "key": "ica_mine"}, [("read_only", "key")]),
            ({"name": "a", "created_by": "me", "x": 1}, [("read_only", "created_by"), ("unknown", "x")]),
        ],
        ids=lambda value: str(value)[:60],
    )
    def test_wrong_input(
        self, writer: Client, body: dict[str, Any], expected: list[tuple[str, str]] | None
    ) -> None:
        before = AccessKey.objects.count()
        response = self.post(writer, **body)
        assert response.status_code == 400
        found = errors(response)
        if expected is None:
            assert {attr for _, attr in found} == {"expires_at"}
        else:
            assert found == expected
        assert AccessKey.objects.count() == before

    def test_everything_wrong_is_said_at_once(self, writer: Client) -> None:
        response = self.post(writer, name="a b", scopes=["Orders"], expires_at="2001-01-01T00:00:00Z")
        assert response.status_code == 400
        assert sorted(errors(response)) == [
            ("invalid", "name"),
            ("invalid_scope", "scopes"),
            ("not_in_future", "expires_at"),
        ]
