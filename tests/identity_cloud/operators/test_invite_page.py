"""The page that invites an operator, and the one that resets one: the link is in that one answer."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session

from accesskeys.models import AuditEvent
from identity_cloud.operators.models import OneTimeLink
from tests.factories import OperatorFactory
from tests.helpers import holds_part_of
from tests.identity_cloud.operators.asking import console, link_in, roles, signed_in, text

pytestmark = pytest.mark.django_db

INVITE = "/settings/operators/invite/"
KEY = "ica_" + "x" * 51


def test_shows_the_link_once() -> None:
    browser = console()
    response = browser.post(INVITE, {"name": "bea", "roles": ["Viewers", "Auditors"]})
    address, _, secret = link_in(response).partition("#")
    assert address == "http://127.0.0.1:8000/accounts/link/"
    assert len(secret) == 43
    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert roles(User.objects.get(username="bea").pk) == {"Viewers", "Auditors"}
    kept = [list(model.objects.values()) for model in (OneTimeLink, AuditEvent)]
    told = repr(kept) + repr([session.get_decoded() for session in Session.objects.all()])
    assert not holds_part_of(secret, told)
    assert not holds_part_of(secret, browser.get("/settings/operators/?search=bea").content)


def test_asks_first() -> None:
    page = text(console().get(INVITE))
    assert "You get a link to send. Whoever opens it chooses a password or a passkey and is in." in page
    assert "Viewers Browse access keys. A viewer never sees a key." in page


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("ADA", "There is an operator ada already."),
        ("b c", "Enter a valid username."),
        (" bea", "Enter a valid username."),
        ("", "Type a name."),
        (KEY, "That is a key, not a name."),
        ("b" * 151, "at most 150 characters"),
    ],
)
def test_says_what_is_wrong_and_keeps_what_was_typed(name: str, sentence: str) -> None:
    response = console().post(INVITE, {"name": name, "roles": ["Viewers"]})
    page = response.content.decode()
    assert sentence in text(response)
    assert (f'value="{name}"' in page) is (name not in {"", KEY})
    assert KEY not in page
    assert 'value="Viewers" id="id_roles_0" checked' in page
    assert User.objects.count() == 1
    assert not OneTimeLink.objects.exists()


def test_what_a_name_has_to_be_is_said_once() -> None:
    browser = console()
    hint = "For signing in: letters, digits and @ . + - _"
    assert hint in text(browser.get(INVITE))
    refused = browser.post(INVITE, {"name": "b c"})
    assert hint not in text(refused)
    assert 'aria-describedby="id_name_error"' in refused.content.decode()


def test_the_second_click_invites_nobody() -> None:
    browser = console()
    for _twice in range(2):
        response = browser.post(INVITE, {"name": "bea"})
    assert "There is an operator bea already." in text(response)
    assert User.objects.filter(username="bea").count() == 1


def test_no_role_but_those() -> None:
    response = console().post(INVITE, {"name": "bea", "roles": ["Kings"]})
    assert "Kings is not one of the available choices" in text(response)
    assert not User.objects.filter(username="bea").exists()


def test_is_for_administrators() -> None:
    browser = signed_in(OperatorFactory(roles=["Operators"]))
    assert browser.get(INVITE).status_code == 403
    assert browser.post(INVITE, {"name": "bea"}).status_code == 403
    assert not User.objects.filter(username="bea").exists()


class TestReset:
    def test_says_what_it_removes_and_shows_the_link(self) -> None:
        browser, bea = console(), OperatorFactory(username="bea", password="correct horse battery")
        page = f"/settings/operators/{bea.pk}/reset/"
        assert "Both are removed, all sessions end at once" in text(browser.get(page))
        assert bea.has_usable_password()
        response = browser.post(page)
        assert link_in(response).startswith("http://127.0.0.1:8000/accounts/link/#")
        assert not User.objects.get(pk=bea.pk).has_usable_password()

    def test_of_a_deactivated_one_is_refused(self) -> None:
        bea = OperatorFactory(is_active=False)
        response = console().post(f"/settings/operators/{bea.pk}/reset/")
        assert "Activate the account first." in text(response)
        assert not OneTimeLink.objects.exists()

    def test_of_the_own_account_is_refused(self) -> None:
        browser = console()
        ada = User.objects.get(username="ada")
        assert "/reset/" not in browser.get(f"/settings/operators/{ada.pk}/").content.decode()
        response = browser.post(f"/settings/operators/{ada.pk}/reset/")
        assert "This is your own account." in text(response)
        assert not OneTimeLink.objects.exists()


def test_a_form_from_before_the_sign_in_invites_nobody() -> None:
    browser = console()
    browser.handler.enforce_csrf_checks = True
    response = browser.post(INVITE, {"name": "bea"}, headers={"origin": "http://testserver"})
    assert "This form was out of date, so nothing was done." in text(response)
    assert 'value="bea"' in response.content.decode()
    assert not User.objects.filter(username="bea").exists()
