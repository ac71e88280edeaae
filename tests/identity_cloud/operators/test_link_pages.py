"""What is behind a one-time link: a button, a password to choose, and the way in."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client

from accesskeys.operations.actors import Actor
from identity_cloud.operators import operations
from identity_cloud.operators.hashing import TURNS
from identity_cloud.operators.models import OneTimeLink
from tests.factories import OperatorFactory
from tests.helpers import holds_part_of
from tests.identity_cloud.operators.asking import is_signed_in, signed_in, text
from tests.turns import Queue

pytestmark = pytest.mark.django_db

LINK, CHOOSE = "/accounts/link/", "/accounts/choose-password/"
COMMAND = Actor.for_command()
PASSWORD = "correct horse battery"
CHOSEN = {"password1": PASSWORD, "password2": PASSWORD}
CLOSED = "This link is not good any more."


def invited() -> str:
    return operations.invite(name="bea", roles=["Viewers"], actor=COMMAND).secret


def opened(secret: str) -> Client:
    browser = Client()
    assert browser.post(LINK, {"secret": secret})["Location"] == CHOOSE
    return browser


class TestInvited:
    def test_chooses_a_password_and_is_in(self) -> None:
        secret = invited()
        browser = opened(f"http://127.0.0.1:8000{LINK}#{secret}")
        page = browser.get(CHOOSE)
        assert "Welcome, bea." in text(page)
        assert not holds_part_of(secret, page.content)
        assert not holds_part_of(secret, repr([each.get_decoded() for each in Session.objects.all()]))
        response = browser.post(CHOOSE, CHOSEN)
        assert (response.status_code, response["Location"]) == (302, "/")
        assert is_signed_in(browser)
        bea = User.objects.get(username="bea")
        assert bea.check_password(PASSWORD)
        assert bea.last_login is not None
        assert not OneTimeLink.objects.exists()

    def test_nothing_is_used_up_by_looking(self) -> None:
        browser, secret = Client(), invited()
        for method in (browser.get, browser.head, browser.options):
            assert method(LINK).status_code == 200
        response = browser.get(LINK)
        assert response["X-Robots-Tag"] == "noindex"
        assert "no-store" in response["Cache-Control"]
        opened(secret)
        opened(secret)

    def test_of_two_browsers_one_gets_in(self) -> None:
        secret = invited()
        first, second = opened(secret), opened(secret)
        first.post(CHOOSE, CHOSEN)
        response = second.post(
            CHOOSE, {"password1": "another horse battery", "password2": "another horse battery"}
        )
        assert (response.status_code, CLOSED in text(response)) == (404, True)
        assert not is_signed_in(second)
        assert User.objects.get(username="bea").check_password(PASSWORD)
        assert Client().post(LINK, {"secret": secret}).status_code == 404

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            (("short", "short"), "at least 12 characters"),
            ((PASSWORD, "another one entirely"), "You must type the same password each time."),
            (("", ""), "This field is required."),
        ],
    )
    def test_a_wrong_password_leaves_the_link(self, typed: tuple[str, str], sentence: str) -> None:
        browser = opened(invited())
        response = browser.post(CHOOSE, {"password1": typed[0], "password2": typed[1]})
        assert sentence in text(response)
        assert OneTimeLink.objects.exists()
        assert browser.post(CHOOSE, CHOSEN).status_code == 302

    def test_deactivated_meanwhile_gets_nowhere(self) -> None:
        browser = opened(invited())
        bea = User.objects.get(username="bea")
        operations.deactivate(operator_id=bea.pk, actor=COMMAND)
        assert browser.get(CHOOSE).status_code == 404
        assert browser.post(CHOOSE, CHOSEN).status_code == 404
        assert not User.objects.get(pk=bea.pk).has_usable_password()

    @pytest.mark.usefixtures("argon2")
    def test_waits_where_too_many_passwords_are_checked(self) -> None:
        browser = opened(invited())
        with Queue(TURNS, at_once=1, waiting=2):
            response = browser.post(CHOOSE, CHOSEN)
        assert (response.status_code, response["Retry-After"]) == (503, "5")
        assert browser.post(CHOOSE, CHOSEN).status_code == 302


class TestRefused:
    @pytest.mark.parametrize("secret", ["x" * 43, "nothing", "https://example.org/#x"])
    def test_a_wrong_link_says_so(self, secret: str) -> None:
        invited()
        response = Client().post(LINK, {"secret": secret})
        assert (response.status_code, CLOSED in text(response)) == (404, True)
        assert secret not in response.content.decode()

    def test_without_a_link(self) -> None:
        assert "Paste the link." in text(Client().post(LINK, {"secret": ""}))
        response = Client().get(CHOOSE)
        assert (response.status_code, CLOSED in text(response)) == (404, True)

    def test_who_keeps_asking_waits(self, settings: Any) -> None:
        settings.ACCESS_KEYS_BAD_KEY_LIMIT = "1/minute"
        Client().post(LINK, {"secret": "x"})
        response = Client().post(LINK, {"secret": "x"})
        assert (response.status_code, int(response["Retry-After"]) > 0) == (429, True)

    def test_who_is_signed_in_uses_no_link_of_another(self) -> None:
        secret, browser = invited(), signed_in(OperatorFactory(username="ada"))
        for response in (browser.get(LINK), browser.post(LINK, {"secret": secret}), browser.get(CHOOSE)):
            assert "You are signed in as ada, so the link was not used." in text(response)
        assert is_signed_in(browser)
        assert OneTimeLink.objects.exists()

    def test_a_stale_form_does_nothing(self) -> None:
        secret, browser = invited(), Client(enforce_csrf_checks=True)
        response = browser.post(LINK, {"secret": secret}, headers={"origin": "http://testserver"})
        assert "This form was out of date, so nothing was done." in text(response)
        assert not holds_part_of(secret, response.content)


class TestSignInLink:
    def test_signs_in_once(self) -> None:
        bea = OperatorFactory(username="bea", roles=["Viewers"])
        made = operations.make_sign_in_link(operator_id=bea.pk, actor=COMMAND)
        browser, second = Client(), Client()
        assert browser.post(LINK, {"secret": made.secret})["Location"] == "/"
        assert is_signed_in(browser)
        assert second.post(LINK, {"secret": made.secret}).status_code == 404
        assert not is_signed_in(second)
