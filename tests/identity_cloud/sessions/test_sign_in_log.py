"""What the audit log hears of signing in and out."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from accesskeys.models import AuditEvent
from tests.factories import OperatorFactory

pytestmark = pytest.mark.django_db

SIGN_IN = "/accounts/login/"
PASSWORD = "correct horse battery"


@pytest.fixture
def ada() -> User:
    somebody: User = OperatorFactory(username="ada", roles=["Operators"], password=PASSWORD)
    return somebody


def told() -> list[tuple[Any, ...]]:
    return [
        (
            event.action.partition(".")[2],
            event.actor_label,
            event.about_operator_name,
            event.reason,
            event.details,
        )
        for event in AuditEvent.objects.order_by("id")
    ]


def sign_in(client: Client, name: str = "ada", password: str = PASSWORD) -> Any:
    return client.post(SIGN_IN, {"login": name, "password": password})


def test_in_and_out(ada: User, client: Client) -> None:
    sign_in(client)
    response = client.post("/accounts/logout/")
    assert told() == [
        ("signed_in", "ada", "ada", "", {"with": ["password"]}),
        ("signed_out", "ada", "ada", "", {}),
    ]
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    event = AuditEvent.objects.earliest("id")
    assert (event.address, event.door, event.operator) == ("127.0.0.1", "console", ada)


def test_out_twice_is_told_once(ada: User, client: Client) -> None:
    sign_in(client)
    for _ in range(2):
        client.post("/accounts/logout/")
    assert [each[0] for each in told()] == ["signed_in", "signed_out"]


@pytest.mark.parametrize(
    ("name", "about", "reason"), [("ada", "ada", "wrong"), ("ADA", "ada", "wrong"), ("nobody", "", "wrong")]
)
def test_a_wrong_password(ada: User, client: Client, name: str, about: str, reason: str) -> None:
    sign_in(client, name, "something else")
    assert told() == [("sign_in_refused", "somebody", about, reason, {})]


def test_somebody_who_was_deactivated_hears_no_more_than_anybody(ada: User, client: Client) -> None:
    wrong = sign_in(client, "nobody")
    User.objects.update(is_active=False)
    response = sign_in(client)
    assert (response.status_code, wrong.status_code) == (200, 200)
    assert "The username or the password is not correct." in response.content.decode()
    assert told()[-1] == ("sign_in_refused", "somebody", "ada", "inactive", {})


def test_what_was_typed_as_a_name_is_not_kept(client: Client) -> None:
    sign_in(client, "my secret password", "x")
    event = AuditEvent.objects.get()
    assert "secret" not in str(vars(event))


def test_attempts_beyond_the_limit(ada: User, client: Client) -> None:
    for _ in range(6):
        sign_in(client, password="something else")
    assert told()[-1] == ("sign_in_refused", "somebody", "ada", "too_many_attempts", {})
