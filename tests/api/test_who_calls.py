"""Who may call the API, and what everybody else hears."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accesskeys.core.keyring import get_keyring
from accesskeys.core.scopes import READ, WRITE
from accesskeys.models import AccessKey
from tests.api.helpers import (
    CURRENT,
    JSON,
    LIST,
    MODERATE,
    NOWHERE,
    PING,
    REALM,
    details,
    errors,
    refused_keys,
)
from tests.clients import anybody, consumer, signed_in
from tests.factories import AccessKeyFactory, OperatorFactory, key_of
from tests.helpers import headers_of, holds_part_of

pytestmark = pytest.mark.django_db

INVALID = f'{REALM}, error="invalid_token"'


class TestWhoCalls:
    def test_nobody(self, nobody: Client) -> None:
        response = nobody.get(PING)
        assert response.status_code == 401
        assert response["WWW-Authenticate"] == REALM
        assert errors(response) == [("not_authenticated", None)]

    @pytest.mark.parametrize("path", [PING, CURRENT, LIST, f"{LIST}{NOWHERE}/", "/oauth2/introspect/"])
    def test_every_refused_key_gets_the_same_answer_byte_for_byte(self, path: str) -> None:
        answers = {}
        for kind, header in refused_keys().items():
            response = anybody(authorization=header).get(path)
            headers = headers_of(response)
            answers[kind] = (response.status_code, response.content, headers)
        first = answers["malformed"]
        assert answers == dict.fromkeys(answers, first)
        assert first[0] == 401
        assert {("WWW-Authenticate", INVALID), ("Cache-Control", "no-store")} <= set(first[2])
        assert "Expires" not in dict(first[2])
        assert [error["code"] for error in json.loads(first[1])["errors"]] == ["invalid_token"]

    @pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
    def test_a_bearer_header_never_falls_back_to_the_session(self, method: str) -> None:
        operator = OperatorFactory(is_superuser=True)
        target = AccessKeyFactory(name="kept")
        for header in (None, *refused_keys().values()):
            client = signed_in(operator)
            client.defaults.update({} if header is None else {"HTTP_AUTHORIZATION": header})
            for path in (LIST, details(target)):
                response = client.generic(method, path, "{}", JSON)
                assert response.status_code == 401
        assert AccessKey.objects.get(pk=target.pk).name == "kept"

    def test_a_key_in_query_body_or_cookie_is_not_looked_at(self, nobody: Client) -> None:
        key = key_of(AccessKeyFactory(scopes=[READ, WRITE]))
        nobody.cookies["access_token"] = key
        for name in ("access_token", "key", "token", "api_key", "Authorization"):
            assert nobody.get(PING, {name: key}).status_code == 401
            body = json.dumps({"name": "fresh", name: key})
            assert nobody.post(LIST, body, content_type=JSON).status_code == 401
        assert not AccessKey.objects.filter(name="fresh").exists()

    def test_a_key_in_the_query_beside_the_one_in_the_header_is_refused_and_not_said_back(self) -> None:
        other = get_keyring().new_key()
        response = consumer(AccessKeyFactory()).get(CURRENT, {"access_token": other})
        assert (response.status_code, errors(response)) == (400, [("unknown", "access_token")])
        assert not holds_part_of(other, response.content)

    @given(header=st.binary(max_size=120))
    @MODERATE
    def test_any_bytes_as_header_are_refused(self, nobody: Client, header: bytes) -> None:
        response = nobody.get(PING, headers={"Authorization": header.decode("latin-1")})
        assert response.status_code == 401

    @given(before=st.binary(max_size=12), after=st.binary(max_size=12))
    @MODERATE
    def test_a_good_key_passes_alone_behind_its_scheme(
        self, reader: Client, before: bytes, after: bytes
    ) -> None:
        good = reader.defaults["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
        scheme = before.decode("latin-1")
        for start in (scheme, f"Bearer{scheme}", f"Bearer {scheme}"):
            header = f"{start}{good}{after.decode('latin-1')}"
            lawful = header.lower().startswith("bearer ") and header[6:].lstrip(" ") == good
            response = anybody(authorization=header).get(PING)
            assert response.status_code == (200 if lawful else 401)
