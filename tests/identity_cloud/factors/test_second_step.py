"""Signing in with a second factor: after the password, and not before it is shown."""

from __future__ import annotations

import time

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from identity_cloud.operators.factors import recovery_codes, totp
from tests.factories import OperatorFactory
from tests.identity_cloud.factors.asking import SECRET, code_at
from tests.identity_cloud.test_counting_away import counted_at
from tools.ports import free_port

pytestmark = pytest.mark.django_db

PASSWORD = "a long walk by the sea"
SIGN_IN = "/accounts/login/"
STEP = "/accounts/second-factor/"
INSIDE = "/account/"


@pytest.fixture
def operator() -> User:
    return OperatorFactory(username="ada", password=PASSWORD)


@pytest.fixture
def half_way(operator: User) -> Client:
    """Somebody who has typed the password of an operator with an app."""
    totp.add(operator, SECRET, used=0)
    client = Client()
    answer = client.post(f"{SIGN_IN}?next={INSIDE}", {"login": "ada", "password": PASSWORD})
    assert answer["Location"] == STEP
    return client


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_without_a_factor_the_password_is_enough(operator: User) -> None:
    client = Client()
    assert client.post(SIGN_IN, {"login": "ada", "password": PASSWORD})["Location"] == "/"
    assert is_in(client)


class TestHalfWay:
    def test_nobody_is_signed_in(self, half_way: Client) -> None:
        assert not is_in(half_way)
        assert half_way.get(INSIDE).status_code == 302

    def test_the_page_asks_for_what_there_is(self, half_way: Client) -> None:
        page = half_way.get(STEP)
        source = page.content.decode()
        assert "no-cache" in page["Cache-Control"]
        assert 'name="code"' in source
        assert "data-passkey" not in source

    def test_the_right_code_goes_on_to_where_it_was_going(self, half_way: Client, operator: User) -> None:
        before = half_way.session.session_key
        answer = half_way.post(STEP, {"code": code_at(time.time())})
        assert answer["Location"] == INSIDE
        assert is_in(half_way)
        assert half_way.session.session_key != before
        methods = [record["method"] for record in half_way.session[AUTHENTICATION_METHODS_SESSION_KEY]]
        assert methods == ["password", "mfa"]
        assert Authenticator.objects.get(user=operator).last_used_at is not None

    def test_a_recovery_code_as_well(self, half_way: Client, operator: User) -> None:
        _, codes = recovery_codes.renew(operator)
        assert half_way.post(STEP, {"code": codes[2]})["Location"] == INSIDE
        assert is_in(half_way)

    def test_a_wrong_code_is_said_of_its_field_and_not_shown_again(self, half_way: Client) -> None:
        source = half_way.post(STEP, {"code": "000000"}).content.decode()
        assert "This code is not right, or was used before." in source
        assert "000000" not in source
        assert not is_in(half_way)

    @pytest.mark.parametrize("typed", [{}, {"code": ""}, {"code": "\0"}, {"code": "1" * 1000}])
    def test_what_is_no_code_is_refused(self, half_way: Client, typed: dict[str, str]) -> None:
        assert half_way.post(STEP, typed).status_code == 200
        assert not is_in(half_way)

    @pytest.mark.parametrize("credential", ["", "{", "[]", "1", "null", "{}", '{"response": {}}', "[" * 9999])
    def test_what_is_no_passkey_is_refused(self, half_way: Client, credential: str) -> None:
        answer = half_way.post(STEP, {"credential": credential})
        assert "This passkey was not accepted." in answer.content.decode()
        assert not is_in(half_way)

    def test_too_many_wrong_codes_shut_out_the_right_one(self, half_way: Client) -> None:
        for _ in range(5):
            half_way.post(STEP, {"code": "000000"})
        source = half_way.post(STEP, {"code": code_at(time.time())}).content.decode()
        assert "Too many failed attempts" in source
        assert not is_in(half_way)

    def test_somebody_else_may_sign_in_instead(self, half_way: Client) -> None:
        assert half_way.post(STEP, {"cancel": ""})["Location"] == SIGN_IN
        assert half_way.get(STEP)["Location"] == SIGN_IN
        assert "Username" in half_way.get(SIGN_IN).content.decode()

    def test_a_code_for_nobody_leads_to_the_sign_in(self) -> None:
        client = Client()
        assert client.post(STEP, {"code": "000000"})["Location"] == SIGN_IN

    def test_where_attempts_cannot_be_counted_none_is_made(
        self, half_way: Client, operator: User, settings: Settings
    ) -> None:
        counted_at(settings, free_port())
        answer = half_way.post(STEP, {"code": code_at(time.time())})
        assert answer.status_code == 503
        assert "attempts cannot be counted" in answer.content.decode()
        assert not is_in(half_way)
        assert Authenticator.objects.get(user=operator).last_used_at is None

    def test_a_factor_that_does_not_open_is_a_sentence(self, half_way: Client, operator: User) -> None:
        Authenticator.objects.filter(user=operator).update(
            data={"sealed": "AAAA", "key_id": "gone", "step": 0}
        )
        answer = half_way.post(STEP, {"code": "123456"})
        assert answer.status_code == 200
        assert "ask an administrator to reset your second factor" in answer.content.decode()

    def test_a_factor_that_was_reset_meanwhile(self, half_way: Client) -> None:
        Authenticator.objects.all().delete()
        assert half_way.get(STEP)["Location"] == SIGN_IN
        assert half_way.get(SIGN_IN).status_code == 200
        assert not is_in(half_way)
