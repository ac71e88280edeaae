"""``OIDC_…`` and ``PASSWORD_SIGN_IN``: taken as they stand, or refused with a sentence that quotes nothing."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from accesskeys.operations import policy
from identity_cloud.settings.single_sign_on import (
    ROLES,
    SingleSignOn,
    is_taken,
    password_sign_in,
    single_sign_on,
)

GIVEN = {
    "OIDC_ISSUER": "https://login.example.com/realms/main",
    "OIDC_CLIENT_ID": "identity-cloud",
    "OIDC_CLIENT_SECRET": "s3cret",
    "OIDC_ROLES": "ops-team:Operators, urn:audit:Auditors,ops-team:Viewers",
}


@pytest.fixture(autouse=True)
def given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GIVEN.items():
        monkeypatch.setenv(name, value)


def test_taken() -> None:
    assert single_sign_on() == SingleSignOn(
        issuer="https://login.example.com/realms/main",
        client_id="identity-cloud",
        client_secret="s3cret",
        label="login.example.com",
        roles_claim="groups",
        roles=(("ops-team", "Operators"), ("urn:audit", "Auditors"), ("ops-team", "Viewers")),
    )


def test_what_is_told_of_it_holds_no_secret() -> None:
    assert "s3cret" not in repr(single_sign_on())


def test_all_that_can_be_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OIDC_LABEL", "Größe & Söhne")
    monkeypatch.setenv("OIDC_ROLES_CLAIM", "https://example.com/roles")
    provider = single_sign_on()
    assert provider is not None
    assert (provider.label, provider.roles_claim) == ("Größe & Söhne", "https://example.com/roles")


def test_the_roles_are_those_of_the_policy() -> None:
    assert set(ROLES) == set(policy.ROLES)


def test_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in GIVEN:
        monkeypatch.delenv(name)
    assert single_sign_on() is None


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("OIDC_ISSUER", "http://login.example.com", "must be the https address"),
        ("OIDC_ISSUER", "idp.example.net", "must be the https address"),
        ("OIDC_ISSUER", "https://user@login.example.com", "must be the https address"),
        ("OIDC_ISSUER", "https://login.example.com/?a=b", "must be the https address"),
        ("OIDC_ISSUER", "https://login.example.com:99999", "must be the https address"),
        ("OIDC_ISSUER", "https://[::1", "must be the https address"),
        ("OIDC_ISSUER", f"https://login.example.com/{200 * 'a'}", "must be the https address"),
        ("OIDC_ISSUER", "", "is set, and OIDC_ISSUER is not."),
        ("OIDC_CLIENT_ID", "", "must be what the identity provider gave out"),
        ("OIDC_CLIENT_ID", "two\nlines", "must be what the identity provider gave out"),
        ("OIDC_CLIENT_SECRET", "", "must be what the identity provider gave out"),
        ("OIDC_CLIENT_SECRET", "sécret", "must be what the identity provider gave out"),
        ("OIDC_LABEL", 41 * "a", "must be at most 40 characters"),
        ("OIDC_LABEL", "a\nb", "must be at most 40 characters"),
        ("OIDC_ROLES_CLAIM", "my groups", "must be the name of a claim"),
        ("OIDC_ROLES", "", "Number 1 is no such pair."),
        ("OIDC_ROLES", "cooks:Operators,audit", "Number 2 is no such pair."),
        ("OIDC_ROLES", "ops-team:operators", "Number 1 is no such pair."),
        ("OIDC_ROLES", ":Viewers", "Number 1 is no such pair."),
        ("OIDC_ROLES", "cooks:Operators,", "Number 2 is no such pair."),
    ],
)
def test_refused(name: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured) as refusal:
        single_sign_on()
    said = str(refusal.value)
    assert said.startswith("OIDC_CLIENT_ID" if value == "" and name == "OIDC_ISSUER" else name)
    assert sentence in said
    assert not value or value not in said


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://login.example.com/token", True),
        ("http://127.0.0.1:8080/token", True),
        ("http://[::1]/token", True),
        ("http://localhost/token", True),
        ("http://10.0.0.1/token", False),
        ("http://login.example.com/token", False),
        ("https:///token", False),
        ("file:///etc/passwd", False),
        ("https://h:port/", False),
    ],
)
def test_where_secrets_are_sent(url: str, taken: bool) -> None:
    assert is_taken(url) is taken


def test_passwords_are_on() -> None:
    assert password_sign_in(None) is True


def test_passwords_are_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSWORD_SIGN_IN", "off")
    assert password_sign_in(single_sign_on()) is False
    with pytest.raises(ImproperlyConfigured) as refusal:
        password_sign_in(None)
    assert str(refusal.value) == (
        "PASSWORD_SIGN_IN is off, and OIDC_ISSUER is not set, so nobody could sign in."
    )
