"""The provider is away, slow, or not what it was: a sentence on the sign-in page, and nothing hangs."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import jwt
import pytest
from pytest_django import Settings

from accesskeys.models import AuditEvent
from identity_cloud.operators.single_sign_on import discovery, remembered
from tests.single_sign_on.provider import BEGIN, Browser, IdentityProvider, new_key, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

DISCOVERY = "/.well-known/openid-configuration"


def away(answer: Any, log: pytest.LogCaptureFixture, reason: str) -> None:
    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (503, "5"), page
    assert "The identity provider cannot be reached at the moment. Try again in a few seconds." in page
    assert "The identity provider cannot be used: " + reason in log.text
    assert not AuditEvent.objects.exists()


def test_away(provider: IdentityProvider, browser_of: Browser, caplog: pytest.LogCaptureFixture) -> None:
    provider.proxy.is_away = True
    away(browser_of.ask(BEGIN), caplog, "not_reached ConnectionError.")


def test_away_on_the_way_back(
    provider: IdentityProvider, browser_of: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    answer = browser_of.pass_through(browser_of.go())
    provider.proxy.is_away = True
    away(browser_of.ask(answer), caplog, "not_reached ConnectionError.")


def test_slow(provider: IdentityProvider, browser_of: Browser, caplog: pytest.LogCaptureFixture) -> None:
    """The first one waits for three seconds; while it does, and shortly after, others hear it at once."""
    provider.proxy.hang = Event()
    begun = time.monotonic()
    first = Thread(target=browser_of.ask, args=[BEGIN])
    first.start()
    wait_until(lambda: bool(provider.proxy.seen))
    away(Browser(provider).ask(BEGIN), caplog, "being_asked.")
    first.join()
    assert time.monotonic() - begun < 10
    away(Browser(provider).ask(BEGIN), caplog, "not_reached ReadTimeout.")
    assert provider.proxy.seen == [DISCOVERY]
    provider.proxy.hang.set()


def test_back_again(provider: IdentityProvider, browser_of: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    provider.proxy.is_away = True
    assert browser_of.ask(BEGIN).status_code == 503
    provider.proxy.is_away = False
    monkeypatch.setattr(remembered, "AWAY", 0)
    browser_of.sign_in()
    assert browser_of.is_signed_in


@pytest.mark.parametrize(
    ("tamper", "reason"),
    [
        (lambda said: {**said, "issuer": "https://another.example"}, "calls_itself_otherwise."),
        (lambda said: {**said, "token_endpoint": "http://example.com/token"}, "no_token_endpoint."),
        (lambda said: {**said, "authorization_endpoint": 7}, "no_authorization_endpoint."),
        (lambda said: {**said, "jwks_uri": "file:///etc/passwd"}, "no_jwks_uri."),
        (lambda said: {**said, "userinfo_endpoint": "ftp://h/"}, "no_userinfo_endpoint."),
        (lambda said: [], "not_json."),
        (lambda said: b"<html>", "not_json."),
        (lambda said: b"[" * 100_000, "not_json."),
        (lambda said: b'"' + 600_000 * b"a" + b'"', "too_long."),
    ],
)
def test_not_a_provider(
    tamper: Callable[[Any], Any],
    reason: str,
    provider: IdentityProvider,
    browser_of: Browser,
    caplog: pytest.LogCaptureFixture,
) -> None:
    provider.proxy.tampers[DISCOVERY] = tamper
    away(browser_of.ask(BEGIN), caplog, reason)


def test_no_such_page(
    provider: IdentityProvider,
    browser_of: Browser,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.SINGLE_SIGN_ON = provider.settings(issuer=f"{provider.issuer}/realm")
    away(browser_of.ask(BEGIN), caplog, "answered 404.")


def test_a_wrong_secret(
    provider: IdentityProvider,
    browser_of: Browser,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.SINGLE_SIGN_ON = provider.settings(client_secret="another")
    away(browser_of.sign_in(), caplog, "refuses_client_id_or_secret.")


def test_a_secret_that_is_posted(provider: IdentityProvider, browser_of: Browser) -> None:
    """Where the provider says that it takes it in the form alone."""
    provider.proxy.tampers[DISCOVERY] = lambda said: {
        **said,
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
    }
    browser_of.sign_in()
    assert browser_of.is_signed_in


def test_asked_seldom(provider: IdentityProvider, browser_of: Browser) -> None:
    browser_of.sign_in()
    Browser(provider).sign_in()
    assert provider.proxy.seen.count(DISCOVERY) == 1
    assert provider.proxy.seen.count("/jwks") == 1


def test_a_new_key_is_looked_for_once_in_a_while(
    provider: IdentityProvider, browser_of: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser_of.sign_in()
    key, jwk = new_key("k9")
    public = {name: jwk[name] for name in ("kty", "n", "e", "kid")}
    others = [
        7,
        {**public, "use": "enc"},
        jwk,
    ]  # No key, one for something else, one that everybody has by now.
    provider.proxy.tampers["/jwks"] = lambda said: {"keys": [*said["keys"], *others, public]}
    monkeypatch.setattr(provider, "key", key)
    provider.proxy.tampers["/token"] = lambda answer: {
        **answer,
        "id_token": provider.signed(provider.claims_of(answer["id_token"]), kid="k9"),
    }
    second = Browser(provider)
    assert second.sign_in().status_code == 403  # Looked for just now.
    assert provider.proxy.seen.count("/jwks") == 1
    monkeypatch.setattr(discovery, "UNKNOWN_KEY", 0)
    second.sign_in()
    assert second.is_signed_in
    assert provider.proxy.seen.count("/jwks") == 2


@pytest.mark.parametrize("keys", [{}, {"keys": 7}])
def test_no_keys(
    keys: Any, provider: IdentityProvider, browser_of: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    provider.proxy.tampers["/jwks"] = lambda said: keys
    away(browser_of.sign_in(), caplog, "no_keys.")


def test_a_token_that_names_no_key(provider: IdentityProvider, browser_of: Browser) -> None:
    """It is of the only one that there is."""
    provider.proxy.tampers["/token"] = lambda answer: {
        **answer,
        "id_token": jwt.encode(provider.claims_of(answer["id_token"]), provider.key, "RS256"),
    }
    browser_of.sign_in()
    assert browser_of.is_signed_in
