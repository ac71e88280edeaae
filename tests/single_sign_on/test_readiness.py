"""The provider is asked at the start, so that no operator finds out instead."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from identity_cloud.single_sign_on_readiness import check_single_sign_on
from tests.single_sign_on.provider import IdentityProvider

DISCOVERY = "/.well-known/openid-configuration"


def test_ready(provider: IdentityProvider, caplog: pytest.LogCaptureFixture) -> None:
    check_single_sign_on()
    assert provider.proxy.seen == [DISCOVERY]
    assert caplog.text == ""


def test_without_a_provider_nobody_is_asked(provider: IdentityProvider, settings: Settings) -> None:
    settings.SINGLE_SIGN_ON = None
    check_single_sign_on()
    assert provider.proxy.seen == []


def test_one_that_is_away_comes_back(provider: IdentityProvider, caplog: pytest.LogCaptureFixture) -> None:
    provider.proxy.is_away = True
    check_single_sign_on()
    assert "The identity provider of OIDC_ISSUER cannot be used (not_reached ConnectionError)." in caplog.text


def test_another_one_than_is_meant(provider: IdentityProvider, settings: Settings) -> None:
    """Such as a slash too much, of which nobody thinks."""
    settings.SINGLE_SIGN_ON = provider.settings(issuer=f"{provider.issuer}/")
    with pytest.raises(ImproperlyConfigured) as refusal:
        check_single_sign_on()
    assert str(refusal.value) == (
        "OIDC_ISSUER is not what the identity provider calls itself. Take “issuer” from its "
        ".well-known/openid-configuration, to the last slash."
    )
