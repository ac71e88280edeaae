"""A body with a content coding is refused before it is read, at every door that takes one."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from django.test import Client

from accesskeys.core.scopes import INTROSPECT, WRITE
from accesskeys.models import AccessKey, AuditEvent
from tests.clients import anybody, consumer, signed_in
from tests.doors.doors import FORM
from tests.factories import AccessKeyFactory, OperatorFactory, key_of

pytestmark = pytest.mark.django_db

JSON = "application/json"
GENERATE = b'{"name": "fresh"}'


def program() -> Client:
    return consumer(AccessKeyFactory(name="caller", scopes=[WRITE, INTROSPECT]))


def operator() -> Client:
    return signed_in(OperatorFactory(is_superuser=True, is_staff=True))


ASKED: dict[str, Any] = {
    "generate": (program, "POST", "/api/v1/access-keys/", GENERATE, JSON),
    "rename": (program, "PATCH", "/api/v1/access-keys/{id}/", GENERATE, JSON),
    "limit": (program, "PUT", "/api/v1/access-keys/{id}/limits/", b"{}", JSON),
    "suspend": (program, "PUT", "/api/v1/access-keys/{id}/suspension/", b"{}", JSON),
    "revoke": (program, "DELETE", "/api/v1/access-keys/{id}/", b"{}", JSON),
    "introspect": (program, "POST", "/oauth2/introspect/", b"token={key}", FORM),
    "a page": (operator, "POST", "/settings/access-keys/generate/", b"name=fresh", FORM),
    "sign-in": (anybody, "POST", "/accounts/login/", b"login=a&password=b", FORM),
    "operators": (operator, "POST", "/settings/operators/invite/", b"name=friend", FORM),
}


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "br", "identity, gzip", "aes128gcm"])
@pytest.mark.parametrize("asked", ASKED)
def test_it_is_415_and_nothing_is_done(asked: str, coding: str) -> None:
    who, method, path, body, kind = ASKED[asked]
    client, target = who(), AccessKeyFactory(name="target")
    body = body.replace(b"{key}", key_of(target).encode())
    rows, events = list(AccessKey.objects.values("name", "suspended_at")), AuditEvent.objects.count()

    response = client.generic(
        method,
        path.replace("{id}", str(target.pk)),
        gzip.compress(body),
        kind,
        headers={"Content-Encoding": coding},
    )

    assert (response.status_code, response["Accept-Encoding"]) == (415, "identity")
    assert "The request is compressed. Send it as it is." in response.content.decode()
    if who is program:
        assert [error["code"] for error in response.json()["errors"]] == ["unsupported_media_type"]
    assert (list(AccessKey.objects.values("name", "suspended_at")), AuditEvent.objects.count()) == (
        rows,
        events,
    )


@pytest.mark.parametrize("coding", ["identity", "Identity", ""])
def test_as_it_is_it_is_read(coding: str) -> None:
    headers = {"Content-Encoding": coding}
    response = program().post("/api/v1/access-keys/", GENERATE, JSON, headers=headers)
    assert response.status_code == 201


def test_without_a_body_there_is_nothing_to_be_compressed() -> None:
    assert program().get("/api/v1/ping/", headers={"Content-Encoding": "gzip"}).status_code == 200


def test_an_operator_reads_it_in_their_language() -> None:
    headers = {"Content-Encoding": "gzip", "Accept-Language": "de", "Accept": "text/html"}
    page = operator().generic("POST", "/settings/access-keys/generate/", "x", FORM, headers=headers)
    assert "Die Anfrage ist komprimiert." in page.content.decode()
