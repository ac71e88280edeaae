"""Proving anew who it is, at the provider."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User

from accesskeys.http import PROVED_AT
from accesskeys.models import Action, AuditEvent
from identity_cloud.operators.single_sign_on import discovery
from identity_cloud.operators.single_sign_on.sessions import SID
from tests.single_sign_on.provider import Browser, IdentityProvider

pytestmark = pytest.mark.django_db(transaction=True)

PROVE = "/accounts/single-sign-on/prove/"
HOUR = 3600


@pytest.fixture
def ada(browser_of: Browser) -> Browser:
    """Signed in, and not proved for an hour."""
    browser_of.sign_in()
    session = browser_of.console.session
    session[PROVED_AT] = time.time() - HOUR
    session.save()
    return browser_of


def go(browser: Browser, next_url: str = "/settings/audit-log/") -> str:
    answer = browser.console.get(PROVE, {"next": next_url})
    assert answer.status_code == 302
    return answer["Location"]


def is_proved(browser: Browser) -> bool:
    return bool(browser.console.session[PROVED_AT] > time.time() - HOUR / 2)


def test_the_provider_asks_anew(ada: Browser) -> None:
    before = ada.console.session.session_key
    url = go(ada)
    asked = parse_qs(urlsplit(url).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
    assert not is_proved(ada)
    assert ada.come_back(url)["Location"] == "/settings/audit-log/"
    assert is_proved(ada)
    session = ada.console.session
    assert session.session_key != before
    row = UserSession.objects.get()
    assert (row.session_key, row.data) == (session.session_key, {SID: session[SID]})
    assert session[SID]


def refused(ada: Browser, answer: Any, reason: str, sentence: str) -> None:
    assert answer.status_code == 403
    assert sentence in answer.content.decode()
    assert not is_proved(ada)
    assert ada.is_signed_in
    event = AuditEvent.objects.get(action=Action.PROVED_AGAIN)
    assert (event.outcome, event.reason, event.actor_label) == ("refused", reason, "ada")


@pytest.mark.parametrize("at", [-HOUR, HOUR, None, "now", True])
def test_a_proof_from_memory(at: Any, ada: Browser, provider: IdentityProvider) -> None:
    said = time.time() + at if isinstance(at, int) and at is not True else at
    provider.change_id_token(lambda claims: claims.update(auth_time=said))
    refused(ada, ada.come_back(go(ada)), "stale_auth_time", "did not ask you anew who you are")


def test_a_proof_of_somebody_else(ada: Browser, provider: IdentityProvider) -> None:
    ada.there.cookies.clear()
    provider.is_now("bob-1", "ops-team", preferred_username="bob")
    refused(ada, ada.come_back(go(ada)), "another_subject", "You proved to be somebody else")
    assert not User.objects.filter(username="bob").exists()


def test_a_proof_for_another_session(ada: Browser, provider: IdentityProvider) -> None:
    """Signed out and in again as somebody else meanwhile: nothing is proved for that one."""
    url = go(ada)
    grace = User.objects.create_user("grace")
    answer = ada.pass_through(url)
    session = ada.console.session
    session["_auth_user_id"], session["_auth_user_hash"] = str(grace.pk), grace.get_session_auth_hash()
    session.save()
    assert ada.console.get(answer).status_code == 403
    assert not is_proved(ada)


def test_signed_out_meanwhile(ada: Browser) -> None:
    answer = ada.pass_through(go(ada))
    session = ada.console.session
    for name in ("_auth_user_id", "_auth_user_hash", "_auth_user_backend"):
        del session[name]
    session.save()
    assert ada.console.get(answer).status_code == 403
    assert AuditEvent.objects.get(action=Action.PROVED_AGAIN).actor_kind == "stranger"
    assert not ada.is_signed_in


def test_the_operator_says_no(ada: Browser, provider: IdentityProvider) -> None:
    provider.is_now(None)
    refused(ada, ada.come_back(go(ada)), "access_denied", "did not let you through")


def test_the_provider_is_away(ada: Browser, provider: IdentityProvider) -> None:
    answer = ada.pass_through(go(ada))
    provider.proxy.is_away = True
    response = ada.console.get(answer)
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "The identity provider cannot be reached" in response.content.decode()
    assert not is_proved(ada)
    assert not AuditEvent.objects.filter(action=Action.PROVED_AGAIN).exists()


def test_the_provider_is_away_from_the_beginning(ada: Browser, provider: IdentityProvider) -> None:
    discovery.forget()
    provider.proxy.is_away = True
    assert ada.console.get(PROVE, {"next": "/"}).status_code == 503
    assert not is_proved(ada)


def test_strangers_sign_in_first(provider: IdentityProvider) -> None:
    answer = Browser(provider).console.get(PROVE, {"next": "/settings/audit-log/"})
    assert answer["Location"] == "/accounts/login/?next=/settings/audit-log/"


def test_htmx_leaves_the_page(ada: Browser, provider: IdentityProvider) -> None:
    """It would follow a redirect by itself, into a page that is not ours."""
    answer = ada.console.get(PROVE, {"next": "/"}, HTTP_HX_REQUEST="true")
    assert answer["HX-Redirect"].startswith(f"{provider.issuer}/auth?")
