"""Bodies: where none is taken, and what is said of one that is wrong in several ways."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from accesskeys import operations
from accesskeys.core.scopes import BUILT_IN
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations.actors import Actor
from tests.api.helpers import CURRENT, JSON, LIST, PING, errors
from tests.clients import consumer
from tests.factories import AccessKeyFactory
from tests.helpers import stored

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
WITHOUT_A_BODY = [
    ("GET", PING),
    ("GET", CURRENT),
    ("GET", LIST),
    ("GET", "{id}/"),
    ("HEAD", "{id}/"),
    ("DELETE", "{id}/"),
    ("POST", "{id}/reveal/"),
    ("PUT", "{id}/suspension/"),
    ("DELETE", "{id}/suspension/"),
    ("GET", "/metrics/"),
    ("GET", "/api/v1/schema/"),
]


@pytest.fixture
def almighty() -> Client:
    return consumer(AccessKeyFactory(name="almighty", scopes=list(BUILT_IN)))


@pytest.fixture
def target(command: Actor) -> AccessKey:
    access_key = AccessKeyFactory(name="target")
    return operations.suspend(access_key_id=access_key.pk, actor=command)


def address(path: str, access_key: AccessKey) -> str:
    return path if path.startswith("/") else LIST + path.replace("{id}", str(access_key.pk))


@pytest.mark.parametrize(("method", "path"), WITHOUT_A_BODY)
class TestWhereNoneIsTaken:
    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ('{"until": "2030-01-01T00:00:00Z"}', [("unknown", "until")]),
            ('{"name": "a", "x": 1}', [("read_only", "name"), ("unknown", "x")]),
            ("[]", [("invalid", "non_field_errors")]),
            ("null", [("null", "non_field_errors")]),
            ("{", [("parse_error", None)]),
        ],
    )
    def test_one_is_refused_and_nothing_is_done(
        self, almighty: Client, target: AccessKey, method: str, path: str, body: str, expected: Any
    ) -> None:
        before, events = stored(target.pk), AuditEvent.objects.count()
        response = almighty.generic(method, address(path, target), body, JSON)
        assert response.status_code == 400
        assert method == "HEAD" or errors(response) == expected
        assert (stored(target.pk), AuditEvent.objects.count()) == (before, events)

    def test_nor_is_one_of_another_kind_taken(
        self, almighty: Client, target: AccessKey, method: str, path: str
    ) -> None:
        before = stored(target.pk)
        response = almighty.generic(method, address(path, target), "until=tomorrow", FORM)
        assert (response.status_code, stored(target.pk)) == (415, before)

    @pytest.mark.parametrize("body", ["", "{}", " { } "])
    def test_an_empty_object_is_none(
        self, almighty: Client, target: AccessKey, method: str, path: str, body: str
    ) -> None:
        response = almighty.generic(method, address(path, target), body, JSON if body else "")
        assert response.status_code in {200, 204}


WRONG = {
    "generate": (
        "POST",
        LIST,
        {"name": "a b", "scopes": ["Orders"], "expires_at": "2099-01-01T00:00:00", "x": 1, "id": 2},
        [
            ("unknown", "x"),
            ("read_only", "id"),
            ("naive", "expires_at"),
            ("invalid", "name"),
            ("invalid_scope", "scopes"),
        ],
    ),
    "generate, taken": (
        "POST",
        LIST,
        {"name": "almighty", "expires_at": "2099-01-01T00:00:00"},
        [("naive", "expires_at"), ("unique", "name")],
    ),
    "generate, too late": (
        "POST",
        LIST,
        {"name": 5, "scopes": ["a"] * 40, "expires_at": "2001-01-01T00:00:00Z"},
        [("invalid", "name"), ("not_in_future", "expires_at")],
    ),
    "generate, nameless": (
        "POST",
        LIST,
        {"scopes": [f"s{n}" for n in range(33)]},
        [("required", "name"), ("too_many", "scopes")],
    ),
    "rename": ("PATCH", "{id}/", {"name": "a b", "x": 1}, [("unknown", "x"), ("invalid", "name")]),
    "rename, taken": ("PATCH", "{id}/", {"name": "almighty", "x": 1}, [("unknown", "x"), ("unique", "name")]),
    "rename, its own": ("PATCH", "{id}/", {"name": "target", "x": 1}, [("unknown", "x")]),
    "limit": (
        "PUT",
        "{id}/limits/",
        {"allowed_networks": ["home"], "rate_limit": 5},
        [("invalid", "rate_limit"), ("invalid_network", "allowed_networks")],
    ),
    "limit, half": (
        "PUT",
        "{id}/limits/",
        {"rate_limit": "often", "scopes": []},
        [("read_only", "scopes"), ("required", "allowed_networks"), ("invalid", "rate_limit")],
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_everything_that_is_wrong_is_said_at_once(almighty: Client, target: AccessKey, case: str) -> None:
    method, path, body, expected = WRONG[case]
    before, number = stored(target.pk), AccessKey.objects.count()
    response = almighty.generic(method, address(path, target), json.dumps(body), JSON)
    assert (response.status_code, errors(response)) == (400, expected)
    assert (stored(target.pk), AccessKey.objects.count()) == (before, number)


def test_an_introspection_names_one_address(almighty: Client) -> None:
    form = urlencode([("token", "a"), ("address", "192.0.2.1"), ("address", "192.0.2.2")])
    response = almighty.post("/oauth2/introspect/", form, FORM)
    assert (response.status_code, errors(response)) == (400, [("parse_error", None)])
