"""A passkey's answer is taken from the pages of this console alone, and made for its domain alone."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import expect
from pytest_django import Settings

from tests.browser.factors.conftest import Device

pytestmark = pytest.mark.django_db(transaction=True)

REFUSED = "This passkey was not accepted. Try again, or use a code."
# Of the same domain, so the browser goes along, and django-allauth would as well.
OTHERS = ["https://localhost", "https://localhost:8443", "http://localhost"]


def is_now(settings: Settings, address: str) -> None:
    settings.IS_LOCAL = False
    settings.PUBLIC_URL = urlsplit(address)


@pytest.mark.parametrize("address", OTHERS)
def test_an_answer_from_another_page_of_the_domain_is_refused(
    laptop: Device, settings: Settings, address: str
) -> None:
    laptop.type_password()
    laptop.is_in()
    laptop.add_passkey()
    expect(laptop.page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    laptop.sign_out()
    laptop.type_password()
    expect(laptop.button("Use a passkey")).to_be_enabled()
    is_now(settings, address)
    laptop.button("Use a passkey").click()
    expect(laptop.page.get_by_text(REFUSED)).to_be_visible()
    assert Authenticator.objects.get(type="webauthn").last_used_at is None
    laptop.open("/account/")
    expect(laptop.page.get_by_role("heading", name="Show that it is you")).to_be_visible()


def test_a_passkey_that_was_made_on_another_page_is_not_added(laptop: Device, settings: Settings) -> None:
    laptop.type_password()
    laptop.is_in()
    laptop.open("/account/passkeys/add/")
    is_now(settings, OTHERS[0])
    laptop.button("Add the passkey").click()
    expect(laptop.page.get_by_text("The passkey was not added. Try again.")).to_be_visible()
    assert not Authenticator.objects.exists()


def test_the_browser_makes_none_for_another_domain(laptop: Device, settings: Settings) -> None:
    laptop.type_password()
    laptop.is_in()
    is_now(settings, "https://keys.example.com")
    laptop.open("/account/passkeys/add/")
    laptop.button("Add the passkey").click()
    expect(laptop.page.get_by_role("alert")).to_have_text(
        "No passkey was used. Try again, or choose another way."
    )
    assert not Authenticator.objects.exists()
