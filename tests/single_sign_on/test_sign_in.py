"""The way in, through a certified provider."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.auth.models import User

from accesskeys.models import Action, AuditEvent
from tests.factories import OperatorFactory
from tests.single_sign_on.provider import Browser, IdentityProvider

pytestmark = pytest.mark.django_db(transaction=True)


def roles_of(name: str) -> list[str]:
    return sorted(User.objects.get(username=name).groups.values_list("name", flat=True))


def test_the_first_sign_in_makes_the_operator(provider: IdentityProvider, browser_of: Browser) -> None:
    answer = browser_of.sign_in("/settings/access-keys/?search=a")
    assert answer["Location"] == "/settings/access-keys/?search=a"
    assert browser_of.console.get(answer["Location"]).status_code == 200
    ada = User.objects.get()
    assert (ada.username, ada.email, ada.has_usable_password(), ada.is_superuser) == ("ada", "", False, False)
    assert roles_of("ada") == ["Operators"]
    account = SocialAccount.objects.get()
    assert (account.user, account.provider, account.uid) == (ada, provider.issuer, "ada-1")
    assert account.extra_data == {}
    assert not SocialToken.objects.exists()
    event = AuditEvent.objects.get(action=Action.ROLES_CHANGED)
    assert (event.about_operator_id, event.actor_label) == (ada.pk, "identity provider")
    assert event.details == {"roles": {"before": [], "after": ["Operators"]}}


def test_what_the_provider_is_asked(browser_of: Browser) -> None:
    asked = {name: values[0] for name, values in parse_qs(urlsplit(browser_of.go()).query).items()}
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "openid profile groups"
    assert len(asked["nonce"]) >= 43
    assert len(asked["state"]) >= 16
    assert "prompt" not in asked


def test_the_second_sign_in_is_of_the_same_operator(provider: IdentityProvider, browser_of: Browser) -> None:
    browser_of.sign_in()
    provider.is_now("ada-1", "ops-team", preferred_username="ada.lovelace")
    second = Browser(provider)
    second.sign_in()
    assert second.is_signed_in
    assert User.objects.get().username == "ada"
    assert AuditEvent.objects.filter(action=Action.ROLES_CHANGED).count() == 1


def test_a_name_that_is_taken_gets_a_number(provider: IdentityProvider, browser_of: Browser) -> None:
    local = OperatorFactory(username="Ada", email="ada@example.com")
    provider.is_now("ada-1", "ops-team", preferred_username="ada", email="ada@example.com")
    browser_of.sign_in()
    assert browser_of.console.session["_auth_user_id"] != str(local.pk)
    assert set(User.objects.values_list("username", flat=True)) == {"Ada", "ada-2"}


def test_roles_are_read_anew(provider: IdentityProvider, browser_of: Browser) -> None:
    browser_of.sign_in()
    provider.is_now("ada-1", "audit", "ops-team", "cooks", preferred_username="ada")
    second = Browser(provider)
    second.sign_in()
    assert roles_of("ada") == ["Auditors", "Operators"]
    event = AuditEvent.objects.filter(action=Action.ROLES_CHANGED).latest("id")
    assert event.details == {"roles": {"before": ["Operators"], "after": ["Auditors", "Operators"]}}
    assert not browser_of.is_signed_in  # Its session was begun with the old roles.
    assert second.is_signed_in


def test_the_session_is_a_new_one(browser_of: Browser) -> None:
    url = browser_of.go()
    before = browser_of.console.session.session_key
    browser_of.come_back(url)
    assert browser_of.is_signed_in
    assert browser_of.console.session.session_key != before


def test_somebody_else_in_the_same_browser(provider: IdentityProvider, browser_of: Browser) -> None:
    browser_of.sign_in()
    provider.is_now("bob-1", "audit", preferred_username="bob")
    browser_of.there.cookies.clear()
    browser_of.sign_in()
    assert browser_of.console.session["_auth_user_id"] == str(User.objects.get(username="bob").pk)


def test_it_goes_nowhere_else(browser_of: Browser) -> None:
    assert browser_of.sign_in("https://evil.example/")["Location"] == "/"


def test_what_only_looks_uses_nothing_up(browser_of: Browser) -> None:
    answer = browser_of.pass_through(browser_of.go())
    assert browser_of.console.head(answer).status_code == 405
    browser_of.ask(answer)
    assert browser_of.is_signed_in
