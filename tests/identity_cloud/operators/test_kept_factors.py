"""Where the password alone is lost, a reset keeps the second factors: the link is no way past them."""

from __future__ import annotations

import json
import time

import pytest
from allauth.mfa.models import Authenticator as Row
from django.contrib.auth.models import User
from django.test import Client

from accesskeys.operations.actors import Actor
from identity_cloud.operators import operations
from identity_cloud.operators.factors import recovery_codes, totp
from identity_cloud.operators.factors.exceptions import KeptFactor
from identity_cloud.operators.models import OneTimeLink
from tests.factories import OperatorFactory
from tests.identity_cloud.factors.asking import SECRET, code_at
from tests.identity_cloud.factors.authenticator import Authenticator
from tests.identity_cloud.operators.asking import console, events, is_signed_in, link_in, text
from tests.management.helpers import run

pytestmark = pytest.mark.django_db

LINK, PASSWORD_PAGE, PASSKEY_PAGE = (
    "/accounts/link/",
    "/accounts/choose-password/",
    "/accounts/choose-passkey/",
)
STEP = "/accounts/second-factor/"
PASSWORD = "a long walk by the sea"
COMMAND = Actor.for_command()
HOST = {"host": "localhost"}


@pytest.fixture
def bea() -> User:
    operator: User = OperatorFactory(username="bea", password="correct horse battery", roles=["Viewers"])
    totp.add(operator, SECRET, used=0)
    recovery_codes.renew(operator)
    return operator


def opened(secret: str) -> Client:
    browser = Client(headers=HOST)
    assert browser.post(LINK, {"secret": secret})["Location"] == PASSWORD_PAGE
    return browser


def kept() -> set[str]:
    return set(Row.objects.values_list("type", flat=True))


def test_they_are_asked_for_behind_the_link(bea: User) -> None:
    made = operations.reset(operator_id=bea.pk, actor=COMMAND, keep_factors=True)
    assert kept() == {"totp", "recovery_codes"}
    assert events()[-1][4]["kept"] == ["recovery_codes", "totp"]
    assert not User.objects.get(pk=bea.pk).has_usable_password()
    browser = opened(made.secret)
    assert browser.post(PASSWORD_PAGE, {"password1": PASSWORD, "password2": PASSWORD})["Location"] == STEP
    assert not is_signed_in(browser)
    assert browser.post(STEP, {"code": "000000"}).status_code == 200
    assert not is_signed_in(browser)
    assert browser.post(STEP, {"code": code_at(time.time())}).status_code == 302
    assert is_signed_in(browser)


def test_a_passkey_is_no_way_past_them(bea: User) -> None:
    made = operations.reset(operator_id=bea.pk, actor=COMMAND, keep_factors=True)
    browser = opened(made.secret)
    assert PASSKEY_PAGE not in browser.get(PASSWORD_PAGE).content.decode()
    credential = json.dumps(Authenticator().make({"user": {"id": "MQ"}, "challenge": "AAAA"}))
    for answer in (
        browser.get(PASSKEY_PAGE),
        browser.post(PASSKEY_PAGE, {"name": "Laptop", "credential": credential}),
        browser.post(PASSKEY_PAGE, {"name": ""}),
    ):
        assert answer["Location"] == PASSWORD_PAGE
    assert "Your second factor was kept. Choose a password" in text(browser.get(PASSWORD_PAGE))
    with pytest.raises(KeptFactor):
        operations.choose_passkey(link=OneTimeLink.objects.get(), name="Laptop", credential={}, address=None)
    assert kept() == {"totp", "recovery_codes"}
    assert OneTimeLink.objects.exists()


def test_administrators_tick_it(bea: User) -> None:
    page = f"/settings/operators/{bea.pk}/reset/"
    administrator = console("ada")
    assert "Keep the second factors: the password alone is lost" in text(administrator.get(page))
    assert link_in(administrator.post(page, {"keep_factors": "on"}))
    assert kept() == {"totp", "recovery_codes"}
    assert link_in(administrator.post(page))
    assert kept() == set()
    assert "Keep the second factors" not in text(administrator.get(page))


def test_so_do_commands(bea: User) -> None:
    assert run("reset_operator", "bea", "--keep-second-factors", "--no-input")
    assert kept() == {"totp", "recovery_codes"}
    assert run("reset_operator", "bea", "--no-input")
    assert kept() == set()


def test_a_link_that_signs_in_asks_for_them_too(bea: User) -> None:
    made = operations.make_sign_in_link(operator_id=bea.pk, actor=COMMAND)
    browser = Client()
    assert browser.post(LINK, {"secret": made.secret})["Location"] == STEP
    assert not is_signed_in(browser)
