"""Behind a one-time link an operator makes a passkey instead of a password, and is in with it alone."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from allauth.mfa.models import Authenticator as Row
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from accesskeys.operations.actors import Actor
from identity_cloud.operators import operations
from identity_cloud.operators.models import OneTimeLink
from tests.factories import OperatorFactory
from tests.identity_cloud.factors.authenticator import Authenticator
from tests.identity_cloud.factors.test_copied_passkeys import sign_in
from tests.identity_cloud.operators.asking import console, events, is_signed_in, text
from tests.identity_cloud.operators.asking import signed_in as signed_in_as

pytestmark = pytest.mark.django_db

LINK, PASSWORD_PAGE, PASSKEY_PAGE = (
    "/accounts/link/",
    "/accounts/choose-password/",
    "/accounts/choose-passkey/",
)
COMMAND = Actor.for_command()
CLOSED = "This link is not good any more."
HOST = {"host": "localhost"}


def invited() -> str:
    return operations.invite(name="bea", roles=["Viewers"], actor=COMMAND).secret


def opened(secret: str) -> Client:
    browser = Client(headers=HOST)
    assert browser.post(LINK, {"secret": secret})["Location"] == PASSWORD_PAGE
    return browser


def asked(browser: Client) -> dict[str, Any]:
    """What the page asks the browser to make a passkey from."""
    [options] = re.findall('data-options="([^"]+)"', browser.get(PASSKEY_PAGE).content.decode())
    wanted: dict[str, Any] = json.loads(unescape(options))["publicKey"]
    return wanted


def make(browser: Client, key: Authenticator, *, name: str = "Laptop") -> Any:
    credential = json.dumps(key.make(asked(browser)))
    return browser.post(PASSKEY_PAGE, {"name": name, "credential": credential})


def bea() -> User:
    return User.objects.get(username="bea")


def test_it_is_one_step_away_and_lets_in(settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    browser, key = opened(invited()), Authenticator()
    assert f'href="{PASSKEY_PAGE}"' in browser.get(PASSWORD_PAGE).content.decode()
    page = browser.get(PASSKEY_PAGE)
    assert "Welcome, bea. You sign in with a finger, a face or a PIN" in text(page)
    assert f'href="{PASSWORD_PAGE}"' in page.content.decode()
    response = make(browser, key, name="Bea's laptop")
    assert (response.status_code, response["Location"]) == (302, "/")
    assert is_signed_in(browser)  # No second factor is asked for.
    assert not bea().has_usable_password()
    assert not OneTimeLink.objects.exists()
    [row] = Row.objects.all()  # No recovery codes: there is no first step for them to come after.
    assert (row.user, row.type, row.data["name"]) == (bea(), "webauthn", "Bea's laptop")
    [added, done] = events()[-2:]
    assert added == ("operator.factor_added", "succeeded", "", "bea", {"kind": "webauthn", "link": "invite"})
    assert done[0] == "operator.signed_in"
    assert sign_in(key, Client()).status_code == 302


def test_of_two_browsers_one_gets_in() -> None:
    secret = invited()
    first, second = opened(secret), opened(secret)
    credential = Authenticator().make(asked(second))
    assert make(first, Authenticator()).status_code == 302
    response = second.post(PASSKEY_PAGE, {"name": "Other", "credential": json.dumps(credential)})
    assert (response.status_code, CLOSED in text(response)) == (404, True)
    assert Row.objects.count() == 1
    assert not is_signed_in(second)


@pytest.mark.parametrize(
    "credential", ["", "{", "[]", "null", "{}", '{"response": {"clientDataJSON": "e30"}}']
)
def test_nonsense_leaves_the_link(credential: str) -> None:
    browser = opened(invited())
    page = browser.post(PASSKEY_PAGE, {"name": "Laptop", "credential": credential})
    assert "The passkey was not added. Try again." in text(page)
    assert not Row.objects.exists()
    assert make(browser, Authenticator()).status_code == 302


def test_nor_is_it_made_for_another_page() -> None:
    browser = opened(invited())
    page = make(browser, Authenticator(origin="https://localhost"))
    assert "The passkey was not added. Try again." in text(page)


def test_it_has_a_name() -> None:
    browser = opened(invited())
    assert 'value="Passkey 1"' in browser.get(PASSKEY_PAGE).content.decode()
    assert "Give it a name" in text(browser.post(PASSKEY_PAGE, {"name": ""}))


def test_where_passkeys_do_not_work_the_password_is_left() -> None:
    browser = opened(invited())
    number = {"host": "127.0.0.1"}
    assert PASSKEY_PAGE not in browser.get(PASSWORD_PAGE, headers=number).content.decode()
    page = browser.get(PASSKEY_PAGE, headers=number)
    assert "Passkeys need a name in the address" in text(page)
    assert "data-passkey" not in page.content.decode()
    assert PASSWORD_PAGE in page.content.decode()


def test_without_a_link_or_signed_in_nothing_is_made() -> None:
    for answer in (
        Client().get(PASSKEY_PAGE),
        Client().post(PASSKEY_PAGE, {"name": "x", "credential": "{}"}),
    ):
        assert (answer.status_code, CLOSED in text(answer)) == (404, True)
    browser = signed_in_as(OperatorFactory(username="ada"))
    assert "You are signed in as ada, so the link was not used." in text(browser.get(PASSKEY_PAGE))


def test_deactivated_meanwhile_gets_nowhere() -> None:
    browser = opened(invited())
    credential = Authenticator().make(asked(browser))
    operations.deactivate(operator_id=bea().pk, actor=COMMAND)
    answer = browser.post(PASSKEY_PAGE, {"name": "Laptop", "credential": json.dumps(credential)})
    assert (answer.status_code, CLOSED in text(answer)) == (404, True)
    assert not Row.objects.exists()


def test_a_reset_takes_it_away_and_lets_another_be_made() -> None:
    old, new = Authenticator(), Authenticator()
    browser = opened(invited())
    make(browser, old)
    made = operations.reset(operator_id=bea().pk, actor=COMMAND)
    assert not is_signed_in(browser)
    assert sign_in(old, Client()).status_code == 200
    assert make(opened(made.secret), new).status_code == 302
    assert sign_in(old, Client()).status_code == 200
    assert sign_in(new, Client()).status_code == 302
    links = [details["link"] for action, *_, details in events() if action == "operator.factor_added"]
    assert links == ["invite", "reset"]


def test_a_stale_form_makes_nothing() -> None:
    secret, browser = (
        invited(),
        Client(enforce_csrf_checks=True, headers={**HOST, "origin": "http://localhost"}),
    )
    token = re.findall(r'csrfmiddlewaretoken" value="(\w+)"', browser.get(LINK).content.decode())[0]
    browser.post(LINK, {"secret": secret, "csrfmiddlewaretoken": token})
    page = browser.post(PASSKEY_PAGE, {"name": "Laptop", "credential": "{}"})
    assert "This form was out of date, so nothing was done." in text(page)


class TestAfterwards:
    @pytest.fixture
    def inside(self) -> Client:
        browser = opened(invited())
        make(browser, Authenticator())
        return browser

    def test_the_account_says_what_there_is(self, inside: Client) -> None:
        page = text(inside.get("/account/"))
        assert "You have none here." in page
        assert "They come after a password, and you have none." in page
        assert "Make new codes" not in page
        assert "Change password" not in page

    def test_a_second_passkey_brings_no_codes(self, inside: Client) -> None:
        page = inside.get("/account/passkeys/add/").content.decode()
        [options] = re.findall('data-options="([^"]+)"', page)
        credential = Authenticator().make(json.loads(unescape(options))["publicKey"])
        answer = inside.post(
            "/account/passkeys/add/", {"name": "Phone", "credential": json.dumps(credential)}
        )
        assert answer["Location"] == "/account/"
        assert set(Row.objects.values_list("type", flat=True)) == {"webauthn"}

    def test_administrators_read_how_bea_signs_in(self, inside: Client) -> None:
        page = text(console("ada").get(f"/settings/operators/{bea().pk}/"))
        assert "Signs in with Passkey Second factor Passkey" in page
