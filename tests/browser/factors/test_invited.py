"""An invited operator makes a passkey in Chromium, and signs in with it from then on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect
from pytest_django import Settings

from accesskeys.operations.actors import Actor
from identity_cloud.operators import operations
from tests.browser import test_accessibility
from tests.browser.factors.conftest import Device

pytestmark = pytest.mark.django_db(transaction=True)

LANGUAGES = {
    "en": ("Continue", "Use a passkey instead", "Make the passkey"),
    "de": ("Weiter", "Lieber einen Passkey verwenden", "Passkey erstellen"),
    "fr": ("Continuer", "Utiliser plutôt une passkey", "Créer la passkey"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_with_a_passkey(at: Callable[..., Device], settings: Settings, language: str) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    go_on, instead, make = LANGUAGES[language]
    secret = operations.invite(name="bea", roles=["Viewers"], actor=Actor.for_command()).secret
    phone = at(locale=language)
    phone.plug_in()
    phone.open(f"/accounts/link/#{secret}")
    phone.button(go_on).click()
    phone.page.get_by_role("link", name=instead).click()
    expect(phone.page.locator("[name=name]")).to_be_focused()
    assert test_accessibility.faults(phone.page) == []
    phone.button(make).click()
    expect(phone.page.get_by_role("navigation").first).to_be_visible()
    assert not User.objects.get(username="bea").has_usable_password()
    phone.sign_out()
    phone.open("/accounts/login/?next=/account/")
    phone.page.locator("form[data-passkey] button").click()
    expect(phone.page.get_by_role("heading", level=1)).to_have_text(
        {"en": "Your account", "de": "Ihr Konto", "fr": "Votre compte"}[language]
    )


def test_without_javascript_the_password_is_the_way(at: Callable[..., Device]) -> None:
    secret = operations.invite(name="bea", roles=["Viewers"], actor=Actor.for_command()).secret
    window = at(java_script_enabled=False)
    window.open("/accounts/link/")
    window.page.get_by_label("Link").fill(secret)
    window.button("Continue").click()
    expect(window.page.get_by_label("New password", exact=True)).to_be_visible()
    expect(window.page.get_by_role("link", name="Use a passkey instead")).to_be_hidden()
