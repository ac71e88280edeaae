"""Signing out from the provider's side."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from accesskeys.models import Action, AuditEvent
from identity_cloud.operators.single_sign_on import discovery
from identity_cloud.operators.single_sign_on.sessions import SID
from tests.factories import OperatorFactory
from tests.single_sign_on.provider import Browser, IdentityProvider, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

LOGOUT = "/accounts/single-sign-on/back-channel-logout/"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture
def ada(browser_of: Browser) -> Browser:
    browser_of.sign_in()
    return browser_of


def tell(token: str | None) -> Any:
    """The provider's server, which has no cookies and no token of our forms."""
    form = {} if token is None else {"logout_token": token}
    return Client(enforce_csrf_checks=True, raise_request_exception=False).post(LOGOUT, form)


def logout_at(provider: IdentityProvider, browser: Browser) -> str:
    """Sign out there; returns what the provider tells the console of it."""
    page = browser.there.get(f"{provider.issuer}/session/end", timeout=10).text
    xsrf = page.partition('name="xsrf" value="')[2].partition('"')[0]
    form = {"xsrf": xsrf, "logout": "yes"}
    browser.there.post(
        f"{provider.issuer}/session/end/confirm", form, allow_redirects=False, timeout=10
    ).raise_for_status()
    wait_until(lambda: bool(provider.proxy.logout_tokens))
    return provider.proxy.logout_tokens[-1]


def test_signing_out_there_ends_the_session_here(provider: IdentityProvider, ada: Browser) -> None:
    elsewhere = Browser(provider)  # Another session at the provider, and so here.
    elsewhere.sign_in()
    answer = tell(logout_at(provider, ada))
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert ada.console.get("/settings/access-keys/").status_code == 302
    assert not ada.is_signed_in
    assert elsewhere.console.get("/settings/access-keys/").status_code == 200
    assert UserSession.objects.get().session_key == elsewhere.console.session.session_key
    event = AuditEvent.objects.get(action=Action.SESSION_ENDED)
    assert (event.about_operator_name, event.actor_label) == ("ada", "identity provider")
    assert event.details == {"sessions": 1}


def test_a_token_is_good_once(provider: IdentityProvider, ada: Browser) -> None:
    token = logout_at(provider, ada)
    assert tell(token).status_code == 200
    answer = tell(token)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})
    assert answer["Cache-Control"] == "no-store"


def test_where_nothing_can_be_remembered_a_token_counts(
    provider: IdentityProvider, ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> bool:
        raise OSError

    token = logout_at(provider, ada)
    monkeypatch.setattr(cache, "add", fail)
    assert tell(token).status_code == 200
    assert not ada.is_signed_in


def of(provider: IdentityProvider, **changes: Any) -> dict[str, Any]:
    """What a logout token says; None leaves a claim out."""
    now = int(time.time())
    claims = {
        "iss": provider.issuer,
        "aud": "console",
        "iat": now,
        "exp": now + 120,
        "jti": uuid4().hex,
        "sub": "ada-1",
        "events": {EVENT: {}},
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


def test_a_subject_alone_ends_all_its_sessions(provider: IdentityProvider, ada: Browser) -> None:
    second = Browser(provider)
    second.sign_in()
    bystander = OperatorFactory(username="grace", roles=["Viewers"])
    SocialAccount.objects.create(user=bystander, provider="https://another.example", uid="ada-1")
    other = Browser(provider)
    other.console.force_login(bystander)
    assert tell(provider.signed(of(provider))).status_code == 200
    assert not ada.is_signed_in
    assert not second.is_signed_in
    assert other.is_signed_in
    assert Session.objects.count() == 1
    assert AuditEvent.objects.get(action=Action.SESSION_ENDED).details == {"sessions": 2}


def test_a_session_alone_is_enough(provider: IdentityProvider, ada: Browser) -> None:
    sid = ada.console.session[SID]
    assert tell(provider.signed(of(provider, sub=None, sid=sid))).status_code == 200
    assert not ada.is_signed_in


def test_a_session_that_nobody_has(provider: IdentityProvider, ada: Browser) -> None:
    assert tell(provider.signed(of(provider, sid="another"))).status_code == 200
    assert tell(provider.signed(of(provider, sub=None, sid="another"))).status_code == 200
    assert ada.is_signed_in
    assert not AuditEvent.objects.filter(action=Action.SESSION_ENDED).exists()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "https://another.example"}, "InvalidIssuer"),
        ({"aud": "another"}, "InvalidAudience"),
        ({"iat": None}, "MissingRequiredClaim"),
        ({"iat": int(time.time()) - 3600}, "too_old"),
        ({"iat": str(int(time.time()))}, "too_old"),
        ({"exp": int(time.time()) - 60}, "ExpiredSignature"),
        ({"jti": None}, "MissingRequiredClaim"),
        ({"events": None}, "MissingRequiredClaim"),
        ({"events": {}}, "no_logout"),
        ({"events": [EVENT]}, "no_logout"),
        ({"nonce": "n"}, "with_nonce"),
        ({"sub": None}, "about_nobody"),
        ({"sub": None, "sid": ""}, "about_nobody"),
        ({"sid": 7}, "about_nobody"),
    ],
)
def test_what_a_logout_token_may_not_say(
    changes: dict[str, Any],
    reason: str,
    provider: IdentityProvider,
    ada: Browser,
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer = tell(provider.signed(of(provider, **changes)))
    assert (answer.status_code, answer["Cache-Control"]) == (400, "no-store")
    assert f"A back-channel logout was refused: {reason}." in caplog.text
    assert ada.is_signed_in


@pytest.mark.parametrize("token", [None, "", "x.y.z"])
def test_no_token(token: str | None, provider: IdentityProvider, ada: Browser) -> None:
    assert tell(token).status_code == 400
    assert ada.is_signed_in


def test_the_provider_is_away(provider: IdentityProvider, ada: Browser) -> None:
    discovery.forget()
    provider.proxy.is_away = True
    assert tell(provider.signed(of(provider))).status_code == 503
    assert ada.is_signed_in


@pytest.mark.parametrize("ask", [Client.get, Client.put, Client.delete])
def test_it_is_posted_to(ask: Callable[..., Any], provider: IdentityProvider) -> None:
    assert ask(Client(), LOGOUT).status_code == 405


def test_nothing_is_there_without_a_provider(settings: Settings, provider: IdentityProvider) -> None:
    settings.SINGLE_SIGN_ON = None
    assert tell("x").status_code == 404
    for path in ("", "prove/", "return/"):
        assert Client().get(f"/accounts/single-sign-on/{path}").status_code == 404
    page = Client().get("/accounts/login/").content.decode()
    assert "single-sign-on" not in page
