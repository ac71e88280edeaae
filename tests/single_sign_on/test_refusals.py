"""Answers that are not believed: nobody is signed in, nobody is made, one sentence is said and one reason kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from django.contrib.auth.models import User

from accesskeys.models import Action, AuditEvent
from tests.single_sign_on.provider import BEGIN, Browser, IdentityProvider, new_key

pytestmark = pytest.mark.django_db(transaction=True)

NOT_VALID = "The answer of the identity provider is not valid, so nobody was signed in."
BEGIN_AGAIN = "This sign-in was begun too long ago, or in another browser. Begin again."


def refused(
    answer: Any, reason: str, sentence: str, log: pytest.LogCaptureFixture, status: int = 403
) -> None:
    """On the sign-in page, with a way to begin again; nobody was made."""
    page = answer.content.decode()
    assert answer.status_code == status, page
    assert sentence in page
    assert f'href="{BEGIN}' in page
    assert "no-store" in answer["Cache-Control"]
    assert not User.objects.exists()
    event = AuditEvent.objects.get()
    assert (event.action, event.reason) == (Action.SIGN_IN_REFUSED, reason)
    assert (event.outcome, event.actor_kind) == ("refused", "stranger")
    assert f"Single sign-on was refused: {reason}." in log.text


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda claims: claims.update(nonce="another"), "wrong_nonce"),
        (lambda claims: claims.pop("nonce"), "wrong_nonce"),
        (lambda claims: claims.update(aud="another"), "InvalidAudience"),
        (lambda claims: claims.update(aud=["console", "another"]), "for_somebody_else"),
        (lambda claims: claims.update(azp="another"), "for_somebody_else"),
        (lambda claims: claims.update(iss="https://another.example"), "InvalidIssuer"),
        (lambda claims: claims.update(exp=int(time.time()) - 60), "ExpiredSignature"),
        (lambda claims: claims.pop("exp"), "MissingRequiredClaim"),
        (lambda claims: claims.update(iat=int(time.time()) + 90), "ImmatureSignature"),
        (lambda claims: claims.update(nbf=int(time.time()) + 90), "ImmatureSignature"),
        (lambda claims: claims.update(sub=""), "wrong_subject"),
        (lambda claims: claims.update(sub="x" * 192), "wrong_subject"),
        (lambda claims: claims.update(sub=7), "InvalidSubject"),
        (lambda claims: claims.update(sub="bob-1"), "userinfo_of_another_subject"),
    ],
)
def test_what_a_token_may_not_say(
    change: Callable[[dict[str, Any]], Any],
    reason: str,
    provider: IdentityProvider,
    browser_of: Browser,
    caplog: pytest.LogCaptureFixture,
) -> None:
    provider.change_id_token(change)
    refused(browser_of.sign_in(), reason, NOT_VALID, caplog)
    assert not browser_of.is_signed_in


def unsigned(provider: IdentityProvider, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, None, "none")


def signed_with_the_client_secret(provider: IdentityProvider, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, provider.settings().client_secret + 20 * "-", "HS256", headers={"kid": "k1"})


def signed_by_another(provider: IdentityProvider, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, new_key("k1")[0], "RS256", headers={"kid": "k1"})


def with_a_key_of_its_own(provider: IdentityProvider, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, new_key("k2")[0], "RS256", headers={"kid": "k2"})


def in_another_way(provider: IdentityProvider, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, provider.key, "PS256", headers={"kid": "k1"})


@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        (unsigned, "algorithm"),
        (signed_with_the_client_secret, "algorithm"),
        (signed_by_another, "InvalidSignature"),
        (with_a_key_of_its_own, "unknown_key"),
        (in_another_way, "algorithm_of_another_key"),
        (lambda provider, claims: "not.a.token", "Decode"),
        (lambda provider, claims: None, "Decode"),
    ],
)
def test_how_a_token_may_not_be_signed(
    forge: Callable[[IdentityProvider, dict[str, Any]], Any],
    reason: str,
    provider: IdentityProvider,
    browser_of: Browser,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def tamper(answer: dict[str, Any]) -> dict[str, Any]:
        return {**answer, "id_token": forge(provider, provider.claims_of(answer["id_token"]))}

    provider.proxy.tampers["/token"] = tamper
    refused(browser_of.sign_in(), reason, NOT_VALID, caplog)


def test_a_code_is_good_once(
    provider: IdentityProvider, browser_of: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    """Even for whoever has the state of the first: another browser begins, and brings a code that was used."""
    used = browser_of.pass_through(browser_of.go())
    browser_of.console.get(used)
    User.objects.all().delete()
    AuditEvent.objects.all().delete()
    thief = Browser(provider)
    own = thief.pass_through(thief.go())
    code = used.partition("code=")[2].partition("&")[0]
    own_code = own.partition("code=")[2].partition("&")[0]
    refused(thief.ask(own.replace(own_code, code)), "code_refused", NOT_VALID, caplog)


def test_an_answer_is_good_once(browser_of: Browser, caplog: pytest.LogCaptureFixture) -> None:
    used = browser_of.pass_through(browser_of.go())
    browser_of.console.get(used)
    browser_of.console.post("/accounts/logout/")
    User.objects.all().delete()
    AuditEvent.objects.all().delete()
    refused(browser_of.ask(used), "unknown_state", BEGIN_AGAIN, caplog)


def test_an_answer_is_for_the_browser_that_asked(
    provider: IdentityProvider, browser_of: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    answer = browser_of.pass_through(browser_of.go())
    refused(Browser(provider).ask(answer), "unknown_state", BEGIN_AGAIN, caplog)


@pytest.mark.parametrize("named", ["https%3A%2F%2Fanother.example", None])
def test_an_answer_names_its_issuer(
    named: str | None, provider: IdentityProvider, browser_of: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    path, _, rest = browser_of.pass_through(browser_of.go()).partition("&iss=")
    answer = browser_of.ask(path if named is None else f"{path}&iss={named}")
    assert rest
    refused(answer, "answer_of_another_issuer", NOT_VALID, caplog)


def test_the_operator_says_no(
    provider: IdentityProvider, browser_of: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    provider.is_now(None)
    refused(
        browser_of.sign_in(),
        "access_denied",
        "The identity provider did not let you through.",
        caplog,
    )


@pytest.mark.parametrize(
    ("error", "reason"), [("invalid_scope", "invalid_scope"), ("ica%5Fsecret", "refused_by_provider")]
)
def test_the_provider_says_no(
    error: str, reason: str, browser_of: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    path, _, rest = browser_of.pass_through(browser_of.go()).partition("?code=")
    answer = browser_of.ask(f"{path}?error={error}&{rest.partition('&')[2]}")
    refused(answer, reason, "The identity provider did not let you through.", caplog)


@pytest.mark.parametrize("error", ["server_error", "temporarily_unavailable"])
def test_the_provider_says_that_it_is_away(
    error: str, browser_of: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    path, _, rest = browser_of.pass_through(browser_of.go()).partition("?code=")
    answer = browser_of.ask(f"{path}?error={error}&{rest.partition('&')[2]}")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert f"The identity provider cannot be used: {error}." in caplog.text


def test_what_is_secret_is_in_no_log(
    provider: IdentityProvider, browser_of: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    tokens: list[str] = []

    def tamper(answer: dict[str, Any]) -> dict[str, Any]:
        tokens.extend([answer["id_token"], answer["access_token"]])
        return {**answer, "id_token": answer["id_token"] + "x"}

    provider.proxy.tampers["/token"] = tamper
    caplog.set_level("DEBUG")
    url = browser_of.pass_through(browser_of.go())
    page = browser_of.ask(url).content.decode()
    code = url.partition("code=")[2].partition("&")[0]
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("identity_cloud")]
    for secret in [code, provider.settings().client_secret, *tokens]:
        assert secret not in page
        assert secret not in "\n".join(lines)
