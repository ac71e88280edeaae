"""The sign-in page with single sign-on, with and without passwords beside it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from tests.single_sign_on.provider import BEGIN, Browser, IdentityProvider

pytestmark = pytest.mark.django_db(transaction=True)

LOGIN = "/accounts/login/"
TYPED = {"login": "grace", "password": "correct horse battery"}


@pytest.fixture
def grace() -> User:
    return User.objects.create_user("grace", password=TYPED["password"])


def test_both(provider: IdentityProvider, grace: User) -> None:
    client = Client()
    page = client.get(LOGIN, {"next": "/settings/audit-log/?q=a&b"}).content.decode()
    assert f'href="{BEGIN}?next=%2Fsettings%2Faudit-log%2F%3Fq%3Da%26b"' in page
    assert "Sign in with Example login" in page
    assert 'name="password"' in page
    assert client.post(LOGIN, TYPED).status_code == 302
    assert client.session["_auth_user_id"] == str(grace.pk)


def test_single_sign_on_alone(provider: IdentityProvider, grace: User, settings: Settings) -> None:
    settings.PASSWORD_SIGN_IN = False
    client = Client()
    page = client.get(LOGIN).content.decode()
    assert "Sign in with Example login" in page
    assert 'name="password"' not in page
    answer = client.post(LOGIN, TYPED)
    assert answer.status_code == 403
    assert "Passwords are switched off here." in answer.content.decode()
    assert "_auth_user_id" not in client.session
    browser = Browser(provider)
    browser.sign_in()
    assert browser.is_signed_in


def test_a_key_in_the_address_is_handed_to_nobody(provider: IdentityProvider) -> None:
    typed = {"login": "grace", "password": "wrong", "next": "/ica_" + 30 * "a"}
    page = Client().post(LOGIN, typed).content.decode()
    assert f'href="{BEGIN}"' in page
    assert 30 * "a" not in page


def test_the_page_after_a_refusal_leads_on(provider: IdentityProvider) -> None:
    """The form below the sentence is the usual one, and goes where the operator wanted to go."""
    browser = Browser(provider)
    provider.is_now(None)
    page = browser.sign_in("/settings/audit-log/").content.decode()
    assert f'action="{LOGIN}"' in page
    assert '<input type="hidden" name="next" value="/settings/audit-log/"' in page
    assert "code=" not in page
    assert "state=" not in page
