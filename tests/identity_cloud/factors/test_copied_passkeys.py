"""A passkey that has signed less often than it had before was copied, and lets nobody in (WebAuthn level 2, 6.1.1)."""

from __future__ import annotations

import json
import logging
import re
from html import unescape
from typing import Any

import pytest
from allauth.mfa.models import Authenticator as Row
from django.contrib.auth.models import User
from django.test import Client
from django.utils.html import strip_tags

from accesskeys.models import AuditEvent
from identity_cloud.operators.factors import credentials, passkeys
from tests.factories import OperatorFactory
from tests.identity_cloud.factors.asking import being_asked
from tests.identity_cloud.factors.authenticator import Authenticator, given_to

pytestmark = pytest.mark.django_db

PASSWORD = "a long walk by the sea"
ALONE, SIGN_IN, STEP = "/accounts/passkey/", "/accounts/login/", "/accounts/second-factor/"
REFUSED = "This passkey was refused: somebody may have made a copy of it."
HOST = {"host": "localhost"}


@pytest.fixture
def operator() -> User:
    return OperatorFactory(username="ada", password=PASSWORD, roles=["Operators"])


def sign_in(key: Authenticator, client: Client) -> Any:
    """With the passkey alone."""
    asked = client.get(ALONE, headers={**HOST, "accept": "application/json"}).json()["publicKey"]
    return client.post(ALONE, {"credential": json.dumps(key.sign(asked))}, headers=HOST)


def half_way() -> tuple[Client, dict[str, Any]]:
    """Somebody who has typed the password, and what the page asks a passkey with."""
    client = Client(headers=HOST)
    assert client.post(SIGN_IN, {"login": "ada", "password": PASSWORD})["Location"] == STEP
    return client, asked_in(client.get(STEP), "data-options")


def asked_in(page: Any, attribute: str) -> dict[str, Any]:
    [options] = re.findall(f'{attribute}="([^"]+)"', page.content.decode())
    asked: dict[str, Any] = json.loads(unescape(options))["publicKey"]
    return asked


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def told() -> list[tuple[str, str]]:
    """What the audit log was told: what was refused, and why."""
    refused = AuditEvent.objects.exclude(outcome="succeeded").order_by("id")
    return [(str(event.action), event.reason) for event in refused]


def test_whoever_has_the_later_one_gets_in_and_the_copy_does_not(operator: User) -> None:
    key = given_to(operator)
    copy = key.copy()
    for _ in range(2):
        client = Client()
        assert sign_in(key, client)["Location"] == "/"
        assert is_in(client)
    client = Client()
    answer = sign_in(copy, client)
    assert answer.status_code == 200
    assert REFUSED in strip_tags(answer.content.decode())
    assert not is_in(client)
    assert told() == [("operator.sign_in_refused", "copied_passkey")]
    [event] = AuditEvent.objects.filter(outcome="refused")
    assert event.about_operator_name == "ada"
    assert Row.objects.get().data["counter"] == 3  # What was refused does not count.
    assert sign_in(key, Client())["Location"] == "/"


def test_an_answer_that_is_sent_again_is_no_copy(operator: User) -> None:
    key, client = given_to(operator), Client(headers=HOST)
    asked = client.get(ALONE, headers={"accept": "application/json"}).json()["publicKey"]
    question, answer = client.cookies["passkey"], json.dumps(key.sign(asked))
    assert client.post(ALONE, {"credential": answer}).status_code == 302
    again = Client(headers=HOST)
    again.cookies["passkey"] = question.value
    page = strip_tags(again.post(ALONE, {"credential": answer}).content.decode())
    assert "This passkey does not open an account here." in page
    assert told() == []


def test_nor_as_the_second_step(operator: User) -> None:
    key = given_to(operator)
    copy = key.copy()
    client, asked = half_way()
    assert client.post(STEP, {"credential": json.dumps(key.sign(asked))}).status_code == 302
    assert is_in(client)
    client, asked = half_way()
    page = client.post(STEP, {"credential": json.dumps(copy.sign(asked))})
    assert REFUSED in strip_tags(page.content.decode())
    assert not is_in(client)
    assert told() == [("operator.sign_in_refused", "copied_passkey")]


def test_nor_as_a_fresh_proof(operator: User) -> None:
    key = given_to(operator)
    copy = key.copy()
    client = Client(headers=HOST)
    assert sign_in(key, client)["Location"] == "/"
    session = client.session
    session["proved_at"] = 0
    session.save()
    asked = asked_in(client.get("/accounts/prove/"), "data-prove-passkey")
    page = client.post("/accounts/prove/", {"proof_credential": json.dumps(copy.sign(asked))})
    assert REFUSED in strip_tags(page.content.decode())
    assert told() == [("operator.proved_again", "copied_passkey")]
    assert client.session["proved_at"] == 0
    asked = asked_in(client.get("/accounts/prove/"), "data-prove-passkey")
    client.post("/accounts/prove/", {"proof_credential": json.dumps(key.sign(asked))})
    assert client.session["proved_at"] > 0


@pytest.mark.parametrize(
    ("before", "now", "is_let_in"),
    [
        (0, 0, True),  # It does not count, as those do that are kept in the cloud.
        (0, 1, True),
        (5, 6, True),
        (5, 900, True),
        (5, 5, False),
        (5, 4, False),
        (5, 0, False),
    ],
)
def test_how_it_is_counted(operator: User, before: int, now: int, is_let_in: bool) -> None:
    key = given_to(operator, counts=False)
    Row.objects.update(data={**Row.objects.get().data, "counter": before})
    key.counter = now
    assert (sign_in(key, Client()).status_code == 302) is is_let_in
    assert Row.objects.get().data["counter"] == (now if is_let_in else before)


def test_one_from_before_it_was_counted_goes_on_from_what_it_said_when_it_was_made(operator: User) -> None:
    key = given_to(operator)
    assert "counter" not in Row.objects.get().data
    key.counter = 0
    assert sign_in(key, Client()).status_code == 200  # Said one when it was made.
    assert sign_in(key, Client()).status_code == 302


def test_a_new_name_does_not_forget_it(operator: User) -> None:
    key = given_to(operator)
    sign_in(key, Client())
    passkeys.rename(operator, Row.objects.get().pk, "Phone")
    assert (Row.objects.get().data["name"], Row.objects.get().data["counter"]) == ("Phone", 2)


def test_one_that_was_removed_meanwhile_is_none(operator: User) -> None:
    given_to(operator)
    [kept] = credentials.readable(operator, "localhost")
    Row.objects.all().delete()
    assert credentials.note_use(kept, 9) is None


def test_it_is_excluded_where_another_is_added(operator: User, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    key = given_to(operator)
    with being_asked(operator):
        options = passkeys.begin_adding(operator)["publicKey"]
    [excluded] = options["excludeCredentials"]
    assert excluded["id"] == key.make(options)["id"]
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
