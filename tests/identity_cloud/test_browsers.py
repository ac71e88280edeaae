"""Who is told to stay on https, and how."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from pytest_django import Settings

from identity_cloud.browsers import HEADERS, is_ours, told

STAY = "Strict-Transport-Security"


@pytest.fixture(autouse=True)
def production(settings: Settings) -> None:
    settings.IS_LOCAL = False
    settings.PUBLIC_URL = urlsplit("https://keys.example.com:8443")
    settings.PUBLIC_HOST = "keys.example.com:8443"
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True


@pytest.mark.parametrize("host", ["keys.example.com:8443", "keys.example.com"])
def test_whoever_asks_for_our_host(host: str) -> None:
    """With the port, or where a proxy has dropped it."""
    assert is_ours(is_https=True, host=host)


def test_nobody_else(settings: Settings) -> None:
    assert not is_ours(is_https=False, host="keys.example.com")
    for host in ("", "identity-cloud", "api.example.com", "keys.example.com:8000"):
        assert not is_ours(is_https=True, host=host)
    settings.IS_LOCAL = True
    assert not is_ours(is_https=True, host="keys.example.com")
    assert told(ours=False) == HEADERS


def test_as_the_settings_say(settings: Settings) -> None:
    assert told(ours=True) == {**HEADERS, STAY: "max-age=31536000; includeSubDomains"}
    settings.SECURE_HSTS_PRELOAD = True
    assert told(ours=True)[STAY].endswith("; includeSubDomains; preload")
    settings.SECURE_HSTS_PRELOAD = settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = False
    assert told(ours=True)[STAY] == "max-age=31536000"
