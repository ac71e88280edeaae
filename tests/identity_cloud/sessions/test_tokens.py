"""What a session is known by: random, long, another one after each sign-in, and nothing but a word to look up."""

from __future__ import annotations

import math
import string

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from tests.factories import OperatorFactory

pytestmark = pytest.mark.django_db

SIGN_IN = "/accounts/login/"
PASSWORD = "correct horse battery"
LETTERS = string.ascii_lowercase + string.digits


def token(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def sign_in(client: Client) -> str:
    client.post(SIGN_IN, {"login": "ada", "password": PASSWORD})
    return token(client)


def test_it_cannot_be_guessed_and_each_sign_in_has_its_own() -> None:
    OperatorFactory(username="ada", password=PASSWORD)
    client = Client()
    tokens = {sign_in(client)}
    client.post("/accounts/logout/")
    tokens |= {sign_in(client), sign_in(Client())}
    assert len(tokens) == 3
    assert all(set(each) <= set(LETTERS) for each in tokens)
    assert min(map(len, tokens)) * math.log2(len(LETTERS)) > 128


def test_one_that_was_brought_along_is_not_taken_over() -> None:
    """Whoever plants a session id in a browser has nothing of the sign-in that follows."""
    OperatorFactory(username="ada", password=PASSWORD)
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = planted = "a" * 32
    assert sign_in(client) != planted
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert thief.get("/account/").status_code == 302


def test_after_signing_out_it_is_worth_nothing() -> None:
    OperatorFactory(username="ada", password=PASSWORD)
    client = Client()
    kept = sign_in(client)
    client.post("/accounts/logout/")
    assert not Session.objects.filter(session_key=kept).exists()
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = kept
    assert thief.get("/account/").status_code == 302
