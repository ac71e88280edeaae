"""Whoever is at the same address as somebody who guesses goes on: in a known browser, and with a second step."""

from __future__ import annotations

import time

import pytest
from django.contrib.auth.models import User
from django.test import Client

from identity_cloud.operators.factors import totp
from tests.factories import OperatorFactory
from tests.identity_cloud.factors.asking import SECRET, code_at
from tests.identity_cloud.operators.asking import text

pytestmark = pytest.mark.django_db

SIGN_IN, STEP, PROVE = "/accounts/login/", "/accounts/second-factor/", "/accounts/prove/"
PASSWORD = "correct horse battery"
MOST = 30  # forms a minute


@pytest.fixture
def ada() -> User:
    return OperatorFactory(username="ada", password=PASSWORD)


def send(client: Client, password: str = PASSWORD, *, name: str = "ada") -> int:
    return client.post(SIGN_IN, {"login": name, "password": password}).status_code


def flood() -> None:
    for number in range(MOST + 5):
        status = send(Client(), "wrong", name=("ada", "nobody")[number % 2])
    assert status == 429


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.fixture
def known(ada: User) -> Client:
    """A browser in which ada has signed in, and out again."""
    client = Client()
    assert send(client) == 302
    client.post("/accounts/logout/")
    return client


def test_a_known_browser_is_let_in_and_an_unknown_one_is_not(known: Client) -> None:
    flood()
    assert send(Client()) == 429
    assert send(known) == 302
    assert is_in(known)


def test_it_is_known_to_its_operator_alone(known: Client) -> None:
    OperatorFactory(username="maren", password=PASSWORD)
    flood()
    assert send(known, name="maren") == send(known, name="nobody") == send(known, name="") == 429


def test_nor_does_it_send_more_than_others(known: Client) -> None:
    for _ in range(MOST):
        assert send(known, "") == 200
    assert send(known) == 429
    assert send(Client()) == 302  # It was counted for itself.


def test_the_second_step_waits_for_nobody(ada: User) -> None:
    totp.add(ada, SECRET, used=0)
    half_way = Client()
    assert send(half_way) == 302
    flood()
    assert half_way.post(STEP, {"code": code_at(time.time())}).status_code == 302
    assert is_in(half_way)


def test_nor_does_a_fresh_proof(ada: User) -> None:
    client = Client()
    send(client)
    session = client.session
    session["proved_at"] = 0
    session.save()
    flood()
    client.post(PROVE, {"proof_password": PASSWORD})
    assert client.session["proved_at"] > 0


def test_whoever_has_the_password_keeps_no_known_browser_from_its_codes(ada: User) -> None:
    totp.add(ada, SECRET, used=0)
    known, thief = Client(), Client()
    send(known)
    known.post(STEP, {"code": code_at(time.time())})
    known.post("/accounts/logout/")
    send(thief)
    for _ in range(6):
        page = thief.post(STEP, {"code": "000000"})
    assert "Too many failed attempts" in text(page)
    send(known)
    assert known.post(STEP, {"code": code_at(time.time() + 30)}).status_code == 302
    assert is_in(known)
