"""How ``Idempotency-Key`` is written, and what is no way to write it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from accesskeys.models import AccessKey, IdempotentRequest
from tests.api.helpers import CURRENT, JSON, LIST, details, errors, reveal
from tests.clients import consumer
from tests.factories import AccessKeyFactory

pytestmark = pytest.mark.django_db


def post(client: Client, header: str) -> Any:
    return client.post(
        LIST, json.dumps({"name": "billing"}), content_type=JSON, headers={"Idempotency-Key": header}
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('"8e03978e-40d5-43dd-bc93-6894a57f9324"', "8e03978e-40d5-43dd-bc93-6894a57f9324"),
        ('"m1"', ' "m1" '),
        ('"m1"', "m1\t"),
        (r'"a \"quoted\" \\ mark"', r'"a \"quoted\" \\ mark"'),
        ('"a,b;c"', '"a,b;c"'),
        (f'"{255 * "a"}"', 255 * "a"),
        (f'"{255 * chr(92) * 2}"', f'"{255 * chr(92) * 2}"'),
        ("urn:uuid:0198f3a0/~+=", '"urn:uuid:0198f3a0/~+="'),
    ],
)
def test_two_ways_to_write_the_same(writer: Client, one: str, other: str) -> None:
    first, second = post(writer, one), post(writer, other)
    assert (first.status_code, second.status_code) == (201, 201), second.content
    assert first.json() == second.json()


@pytest.mark.parametrize(
    ("one", "other"), [('"m1"', '"M1"'), ('"m1"', '"m1 "'), (r'"\\"', r'"\""'), ("m1", "m2")]
)
def test_two_that_are_not_the_same(writer: Client, one: str, other: str) -> None:
    assert post(writer, one).status_code == 201
    assert errors(post(writer, other)) == [("unique", "name")]


@pytest.mark.parametrize(
    "header",
    [
        "",
        " ",
        '""',
        '"',
        '"m1',
        'm1"',
        "'m1'",
        '"m1" "m2"',
        '"m1","m2"',
        "m1, m2",
        '"m1";q=1',
        "a mark",
        r'"a\b"',
        '"a"b"',
        '"m\xe9"',
        "m\xe9",
        '"m\x01"',
        ":bTE=:é",
        f'"{256 * "a"}"',
        256 * "a",
    ],
)
def test_what_cannot_be_read_is_refused(writer: Client, header: str) -> None:
    response = post(writer, header)
    assert (response.status_code, errors(response)) == (400, [("invalid", "Idempotency-Key")])
    [error] = response.json()["errors"]
    assert error["detail"] == 'Send one string in quotes, such as "8e03978e", of at most 255 characters.'
    assert not AccessKey.objects.filter(name="billing").exists()
    assert not IdempotentRequest.objects.exists()


@pytest.mark.parametrize("header", ['"m1"', '"m1'])
def test_elsewhere_it_is_ignored(header: str) -> None:
    """All other requests may be repeated as they are."""
    scopes = ["access_keys:read", "access_keys:write", "access_keys:reveal"]
    access_key = AccessKeyFactory(name="other", scopes=scopes)
    client = consumer(access_key)
    marked = {"headers": {"Idempotency-Key": header}}
    for _ in range(2):
        assert client.get(CURRENT, **marked).status_code == 200
        assert client.post(reveal(access_key), content_type=JSON, **marked).status_code == 200
        renamed = client.patch(details(access_key), json.dumps({"name": "same"}), content_type=JSON, **marked)
        assert renamed.status_code == 200
    assert not IdempotentRequest.objects.exists()
