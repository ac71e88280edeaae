"""One access key: what is told about it, and renaming it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from accesskeys import verification
from accesskeys.core.scopes import READ, WRITE
from accesskeys.models import AccessKey
from tests.api.helpers import (
    JSON,
    LIST,
    NOWHERE,
    details,
    errors,
    insufficient,
    last_event,
    told,
)
from tests.factories import AccessKeyFactory, key_of

pytestmark = pytest.mark.django_db


class TestDetails:
    def test_describes_and_never_holds_the_key(self, reader: Client) -> None:
        access_key = AccessKeyFactory(scopes=["orders:read"])
        response = reader.get(details(access_key))
        assert (response.status_code, response.json()) == (200, told(access_key))
        assert key_of(access_key)[4:16] not in response.content.decode()

    def test_takes_the_scope(self, writer: Client) -> None:
        response = writer.get(details(AccessKeyFactory()))
        assert (response.status_code, response["WWW-Authenticate"]) == (403, insufficient(READ))

    def test_who_lacks_the_scope_does_not_learn_whether_it_exists(self, writer: Client) -> None:
        present = writer.get(details(AccessKeyFactory()))
        absent = writer.get(f"{LIST}{NOWHERE}/")
        assert (present.status_code, present.content) == (absent.status_code, absent.content)

    def test_one_that_is_not_there(self, reader: Client) -> None:
        response = reader.get(f"{LIST}{NOWHERE}/")
        assert (response.status_code, errors(response)) == (404, [("not_found", None)])

    @pytest.mark.parametrize("where", ["not-an-id/", "billing/", "%00/", f"{NOWHERE}x/"])
    def test_an_address_that_is_none(self, reader: Client, where: str) -> None:
        response = reader.get(LIST + where)
        assert (response.status_code, errors(response)) == (404, [("not_found", None)])


class TestRename:
    def patch(self, client: Client, access_key: AccessKey, **body: Any) -> Any:
        return client.patch(details(access_key), json.dumps(body), content_type=JSON)

    def test_changes_the_name_and_nothing_else(self, writer: Client) -> None:
        access_key = AccessKeyFactory(name="before", scopes=[WRITE])
        response = self.patch(writer, access_key, name="after")
        assert response.status_code == 200
        assert response.json() == {**told(access_key), "name": "after"}
        access_key.refresh_from_db()
        assert (access_key.name, access_key.scopes) == ("after", [WRITE])
        assert verification.authenticate(key_of(access_key)).pk == access_key.pk
        assert last_event() == ("api", "access_key.renamed", "succeeded", "", "writer")

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ({"name": "a b"}, [("invalid", "name")]),
            ({"name": "writer"}, [("unique", "name")]),
            ({"name": 7}, [("invalid", "name")]),
            ({"name": "a", "created_by": "me"}, [("read_only", "created_by")]),
            ({"name": "a", "id": "x"}, [("read_only", "id")]),
            ({"name": "a", "what": 1}, [("unknown", "what")]),
        ],
    )
    def test_wrong_input(self, writer: Client, body: dict[str, Any], expected: list[tuple[str, str]]) -> None:
        access_key = AccessKeyFactory(name="before")
        response = self.patch(writer, access_key, **body)
        assert (response.status_code, errors(response)) == (400, expected)
        access_key.refresh_from_db()
        assert access_key.name == "before"

    def test_takes_the_scope(self, reader: Client) -> None:
        access_key = AccessKeyFactory(name="before")
        response = self.patch(reader, access_key, name="after")
        assert (response.status_code, response["WWW-Authenticate"]) == (403, insufficient(WRITE))
        access_key.refresh_from_db()
        assert access_key.name == "before"
        assert last_event() == ("api", "access_key.renamed", "refused", "insufficient_scope", "reader")

    def test_one_that_is_not_there(self, writer: Client) -> None:
        response = writer.patch(f"{LIST}{NOWHERE}/", '{"name": "after"}', content_type=JSON)
        assert (response.status_code, errors(response)) == (404, [("not_found", None)])
        assert last_event() == ("api", "access_key.renamed", "refused", "not_found", "writer")
