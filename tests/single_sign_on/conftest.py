from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from identity_cloud.operators.single_sign_on import discovery
from tests.single_sign_on.provider import NODE, Browser, IdentityProvider


def needs_oidc_provider() -> None:
    """Skip where it is not installed."""
    if not NODE.exists():
        pytest.skip("oidc-provider is not installed. Install npm, then: npm ci --prefix tests/single_sign_on")


@pytest.fixture(scope="session")
def running_provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IdentityProvider]:
    """oidc-provider, for a console on the address that the tests' settings name."""
    needs_oidc_provider()
    provider = IdentityProvider("http://127.0.0.1:8000", tmp_path_factory.mktemp("identity_provider") / "log")
    yield provider
    provider.stop()


@pytest.fixture
def provider(running_provider: IdentityProvider, settings: Settings) -> Iterator[IdentityProvider]:
    """The provider that the settings name; ada of the operations team sits at the browser."""
    settings.SINGLE_SIGN_ON = running_provider.settings()
    running_provider.proxy.reset()
    running_provider.is_now("ada-1", "ops-team", preferred_username="ada")
    discovery.forget()
    yield running_provider
    discovery.forget()


@pytest.fixture
def browser_of(provider: IdentityProvider) -> Browser:
    """A fresh browser."""
    return Browser(provider)
