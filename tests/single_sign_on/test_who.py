"""Who is let in: by issuer, subject and role, and not while switched off."""

from __future__ import annotations

import html
from threading import Barrier, Thread

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.db import connection
from pytest_django import Settings

from accesskeys.models import Action, AuditEvent
from identity_cloud.operators.operations.administrators import administrators
from identity_cloud.operators.single_sign_on import roles
from identity_cloud.operators.single_sign_on.accounts import is_by_provider
from identity_cloud.operators.single_sign_on.exceptions import LastAdministrator
from identity_cloud.operators.single_sign_on.sign_in import actor_at
from tests.factories import OperatorFactory
from tests.single_sign_on.provider import Browser, IdentityProvider

pytestmark = pytest.mark.django_db(transaction=True)


def test_nobody_without_a_role(provider: IdentityProvider, browser_of: Browser) -> None:
    OperatorFactory(username="grace", password="correct horse battery", roles=["Administrators"])
    OperatorFactory(username="frank", roles=["Administrators"])  # Who was only invited.
    OperatorFactory(username="heidi", roles=["Administrators"], is_active=False)
    provider.is_now("ada-1", "cooks", preferred_username="ada")
    answer = browser_of.sign_in()
    assert answer.status_code == 403
    sentence = "You have no role here. Ask an administrator for one: grace."
    assert sentence in html.unescape(answer.content.decode())
    assert not User.objects.filter(username="ada").exists()
    assert AuditEvent.objects.get().reason == "no_role"


def test_nobody_without_a_role_where_there_is_no_administrator(
    provider: IdentityProvider, browser_of: Browser
) -> None:
    provider.is_now("ada-1", preferred_username="ada")
    page = browser_of.sign_in().content.decode()
    assert "You have no role here. Ask whoever administers your identity provider for one." in page


def test_a_role_that_was_taken_away(provider: IdentityProvider, browser_of: Browser) -> None:
    browser_of.sign_in()
    provider.is_now("ada-1", "cooks", preferred_username="ada")
    second = Browser(provider)
    assert second.sign_in().status_code == 403
    ada = User.objects.get()
    assert not ada.groups.exists()
    assert not second.is_signed_in
    assert not browser_of.is_signed_in  # The session from before has ended too.
    told = AuditEvent.objects.filter(action=Action.ROLES_CHANGED).latest("id")
    assert told.details == {"roles": {"before": ["Operators"], "after": []}}
    ended = AuditEvent.objects.get(action=Action.SESSION_ENDED)
    assert (ended.about_operator_name, ended.details) == ("ada", {"sessions": 1})
    refusal = AuditEvent.objects.get(action=Action.SIGN_IN_REFUSED)
    assert (refusal.reason, refusal.about_operator_id) == ("no_role", ada.pk)


def test_a_role_that_was_taken_away_in_the_same_browser(
    provider: IdentityProvider, browser_of: Browser
) -> None:
    browser_of.sign_in()
    provider.is_now("ada-1", "cooks", preferred_username="ada")
    answer = browser_of.sign_in()
    assert answer.status_code == 403
    assert "You have no role here." in answer.content.decode()
    assert not browser_of.is_signed_in


def test_a_role_that_was_added_in_the_same_browser(provider: IdentityProvider, browser_of: Browser) -> None:
    browser_of.sign_in()
    provider.is_now("ada-1", "ops-team", "audit", preferred_username="ada")
    assert browser_of.sign_in()["Location"] == "/settings/access-keys/"
    assert browser_of.is_signed_in
    assert browser_of.console.get("/settings/audit-log/").status_code == 200


def test_an_operator_who_is_switched_off(provider: IdentityProvider, browser_of: Browser) -> None:
    browser_of.sign_in()
    User.objects.update(is_active=False)
    second = Browser(provider)
    answer = second.sign_in()
    assert answer.status_code == 403
    assert "This operator account is switched off." in answer.content.decode()
    assert not second.is_signed_in
    refusal = AuditEvent.objects.get(action=Action.SIGN_IN_REFUSED)
    assert (refusal.reason, refusal.about_operator_name) == ("inactive", "ada")


def test_the_same_subject_of_another_issuer_is_somebody_else(
    provider: IdentityProvider, browser_of: Browser
) -> None:
    stranger = OperatorFactory(username="grace", roles=["Administrators"])
    SocialAccount.objects.create(user=stranger, provider="https://another.example", uid="ada-1")
    browser_of.sign_in()
    ada = User.objects.get(username="ada")
    assert browser_of.console.session["_auth_user_id"] == str(ada.pk)
    assert sorted(stranger.groups.values_list("name", flat=True)) == ["Administrators"]
    assert is_by_provider(ada)
    assert not is_by_provider(stranger)


def test_who_is_by_no_provider_without_one(browser_of: Browser, settings: Settings) -> None:
    browser_of.sign_in()
    settings.SINGLE_SIGN_ON = None
    assert not is_by_provider(User.objects.get())


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"preferred_username": "ada@example.com"}, "ada@example.com"),
        ({"preferred_username": "Ada Lovelace", "nickname": "ada"}, "ada"),
        ({"preferred_username": 7, "email": "ada@example.com"}, "ada@example.com"),
        ({"preferred_username": "a" * 141}, "operator"),
        ({"preferred_username": ""}, "operator"),
        ({}, "operator"),
    ],
)
def test_how_an_operator_is_called(
    claims: dict[str, str], name: str, provider: IdentityProvider, browser_of: Browser
) -> None:
    provider.change_id_token(lambda said: said.update({"groups": "ops-team"}, **claims))
    browser_of.sign_in()
    assert User.objects.get().username == name


def test_the_last_administrator_stays_one_and_gets_no_further(
    provider: IdentityProvider, browser_of: Browser
) -> None:
    provider.is_now("ada-1", "admins", preferred_username="ada")
    browser_of.sign_in()
    OperatorFactory(
        username="heidi", password="correct horse battery", roles=["Administrators"], is_active=False
    )
    provider.is_now("ada-1", "ops-team", preferred_username="ada")
    second = Browser(provider)
    answer = second.sign_in()
    assert answer.status_code == 403
    assert "You are the last administrator who can sign in" in answer.content.decode()
    ada = User.objects.get(username="ada")
    assert list(ada.groups.values_list("name", flat=True)) == ["Administrators"]
    assert AuditEvent.objects.get(action=Action.SIGN_IN_REFUSED).reason == "last_administrator"
    User.objects.filter(username="heidi").update(is_active=True)
    second.sign_in()
    assert second.is_signed_in
    assert list(ada.groups.values_list("name", flat=True)) == ["Operators"]


def test_two_administrators_lose_the_role_at_once(provider: IdentityProvider) -> None:
    operators = [OperatorFactory(username=name, roles=["Administrators"]) for name in ("ada", "bob")]
    both, refused = Barrier(2), []

    def demote(operator: User) -> None:
        both.wait()
        try:
            roles.renew(operator, ["Operators"], actor=actor_at(None))
        except LastAdministrator as refusal:
            refused.append(refusal.operator)
        finally:
            connection.close()

    threads = [Thread(target=demote, args=[operator]) for operator in operators]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == list(administrators())
    assert len(refused) == 1
