"""Bodies that could mean two things, or nothing: 400, 413 or 415, never 500, and nothing is generated."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accesskeys.models import AccessKey
from tests.api.helpers import JSON, LIST, MODERATE, errors
from tests.strategies import is_a_name

pytestmark = pytest.mark.django_db

LIMIT = 64 * 1024  # bytes

GOOD = b'{"name": "billing"}'


def post(client: Client, body: bytes, content_type: str = JSON, **headers: str) -> Any:
    return client.generic("POST", LIST, body, content_type, headers=headers)


def generated() -> list[str]:
    return list(AccessKey.objects.exclude(name="writer").values_list("name", flat=True))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"nothing",
        b"{'name': 'a'}",
        b'{"name": "a",}',
        b'{"name": "a"} {}',
        b'{"name": "a"}\x00',
        b'{"name": "a\nb"}',
        b'{"name": "a", "name": "b"}',
        b'{"name": "a", "n\\u0061me": "b"}',
        b'{"name": "a", "scopes": [{"x": 1, "x": 2}]}',
        b'{"name": NaN}',
        b'{"name": "a", "scopes": [Infinity]}',
        b'{"name": -Infinity}',
        b'{"name": ' + 5000 * b"9" + b"}",
        b'{"name": 1e' + 5000 * b"9" + b"}",
        *(b'{"name": ' + depth * b"[" + depth * b"]" + b"}" for depth in range(100, 1100, 100)),
        60_000 * b"[",
        30_000 * b"[" + 30_000 * b"]",
        b'{"a":' * 10_000,
        b'{"name": "\\ud800"}',
        b'{"name": "\\udc00\\ud800"}',
        b'{"\\ud800": 1}',
        b"\xef\xbb\xbf" + GOOD,
        GOOD.decode().encode("utf-16"),
        GOOD.decode().encode("utf-16-le"),
        GOOD.decode().encode("utf-32-be"),
        b'{"name": "caf\xe9"}',
        b'{"name": "\xc0\xaf"}',
        b'{"name": "\xed\xa0\x80"}',
        b"+AHsAIg-name+ACI-: +ACI-a+ACIAfQ-",
        b"null",
        b"true",
        b"5",
        b'"name"',
        b"[]",
        b'[{"name": "a"}]',
    ],
    ids=lambda body: str(body[:30]),
)
def test_what_is_no_object_with_one_meaning(writer: Client, body: bytes) -> None:
    response = post(writer, body)
    assert response.status_code == 400
    assert errors(response)
    assert generated() == []


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1E999", 5000 * "9"])
def test_what_is_no_finite_number_is_no_json(writer: Client, number: str) -> None:
    response = post(writer, f'{{"name": {number}}}'.encode())
    assert (response.status_code, errors(response)) == (400, [("parse_error", None)])


def test_what_looks_odd_and_has_one_meaning(writer: Client) -> None:
    response = post(writer, b' \r\n\t{ "n\\u0061me" : "bill\\u0069ng" , "scopes" : [ ] } ')
    assert response.status_code == 201
    assert generated() == ["billing"]


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/json; charset=utf-7",
        "application/json; charset=utf-16",
        "application/json; charset=latin-1",
        "application/json; charset=nothing",
        "application/jsonp",
        "application/vnd.api+json",
        "text/json",
        "json",
        "application/*",
        "*/*",
        "application/*; charset=utf-8",
    ],
)
def test_another_media_type_or_charset(writer: Client, content_type: str) -> None:
    response = post(writer, GOOD, content_type)
    assert (response.status_code, errors(response)) == (415, [("unsupported_media_type", None)])
    assert generated() == []


@pytest.mark.parametrize("content_type", [JSON, "APPLICATION/JSON", "application/json; charset=UTF-8"])
def test_json_in_utf_8(writer: Client, content_type: str) -> None:
    assert post(writer, GOOD, content_type).status_code == 201


def test_a_compressed_body_is_no_json(writer: Client) -> None:
    import gzip

    response = post(writer, gzip.compress(GOOD), **{"Content-Encoding": "gzip"})
    assert response.status_code in {400, 415}
    assert generated() == []


class TestSize:
    def test_64_kib_are_read(self, writer: Client) -> None:
        assert post(writer, GOOD.ljust(LIMIT)).status_code == 201

    def test_a_byte_more_is_not(self, writer: Client) -> None:
        response = post(writer, GOOD.ljust(LIMIT + 1))
        assert (response.status_code, errors(response)) == (413, [("request_too_large", None)])
        assert generated() == []

    def test_what_is_announced_counts(self, writer: Client) -> None:
        response = writer.generic("POST", LIST, GOOD, JSON, CONTENT_LENGTH="99999999999999")
        assert response.status_code == 413

    def test_nobody_in_particular_is_told_so_too(self, nobody: Client) -> None:
        assert post(nobody, 100_000 * b"[").status_code == 413


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=40),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=12), inner, max_size=5),
    max_leaves=12,
)
_BODIES = _JSON | st.fixed_dictionaries(
    {}, optional={"name": _JSON, "scopes": _JSON, "expires_at": _JSON, "id": _JSON, "other": _JSON}
)


@given(body=_BODIES)
@MODERATE
def test_any_json_is_generated_as_it_says_or_refused(writer: Client, body: Any) -> None:
    before = AccessKey.objects.count()
    response = post(writer, json.dumps(body).encode())
    if response.status_code == 201:
        assert set(body) <= {"name", "scopes", "expires_at"}
        assert is_a_name(body["name"])
        assert response.json()["name"] == body["name"]
        assert set(response.json()["scopes"]) == set(body.get("scopes", [])) <= {"access_keys:write"}
        assert AccessKey.objects.count() == before + 1
    else:
        assert response.status_code in {400, 403}
        assert errors(response)
        assert AccessKey.objects.count() == before


@given(name=st.text(st.characters(), max_size=33) | st.from_regex(r"[A-Za-z0-9_]{0,32}", fullmatch=True))
@MODERATE
def test_any_text_as_a_name_is_kept_exactly_or_refused(writer: Client, name: str) -> None:
    response = post(writer, json.dumps({"name": name}).encode())
    taken = response.status_code == 400 and errors(response) == [("unique", "name")]
    assert response.status_code == (201 if is_a_name(name) and not taken else 400)
    assert AccessKey.objects.filter(name=name).exists() if is_a_name(name) else True


@given(body=st.binary(max_size=200))
@MODERATE
def test_any_bytes_are_refused(writer: Client, body: bytes) -> None:
    before = AccessKey.objects.count()
    assert post(writer, body).status_code == 400
    assert AccessKey.objects.count() == before
