"""The pages of second factors: WCAG, a narrow phone, three languages, the keyboard alone, and no JavaScript."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from playwright.sync_api import expect
from pytest_django import Settings

from identity_cloud.operators.factors import recovery_codes, totp
from tests.browser import test_accessibility, test_every_page
from tests.browser.factors.conftest import Device
from tests.identity_cloud.factors.asking import SECRET, code_at

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = ["", "passkeys/add/", "app/add/", "recovery-codes/"]
TITLES = {"en": "Your account", "de": "Ihr Konto", "fr": "Votre compte"}


def equipped(operator: User) -> None:
    totp.add(operator, SECRET, used=0)
    recovery_codes.renew(operator)


def look(laptop: Device) -> None:
    """Nothing is wrong with the page."""
    assert test_accessibility.faults(laptop.page) == []


@pytest.mark.parametrize("address", PAGES)
def test_pages_of_the_account(laptop: Device, address: str) -> None:
    laptop.type_password()
    laptop.is_in()
    laptop.add_passkey("W" * 60)
    expect(laptop.page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    look(laptop)
    laptop.open(f"/account/{address}")
    look(laptop)


@pytest.mark.parametrize("what", ["", "remove/"])
def test_pages_of_one_factor(laptop: Device, what: str) -> None:
    laptop.type_password()
    laptop.is_in()
    laptop.add_passkey()
    expect(laptop.page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    pk = Authenticator.objects.get(type="webauthn").pk
    laptop.open(f"/account/factors/{pk}/remove/" if what else f"/account/passkeys/{pk}/")
    look(laptop)


def test_second_step(laptop: Device, operator: User) -> None:
    laptop.type_password()
    laptop.is_in()
    laptop.add_passkey()
    expect(laptop.page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    laptop.sign_out()
    laptop.type_password()
    look(laptop)
    laptop.page.get_by_label("Code").fill("000000")
    laptop.button("Use the code").click()
    expect(laptop.page.get_by_text("This code is not right, or was used before.")).to_be_visible()
    look(laptop)


def test_pages_where_a_factor_is_required(laptop: Device, settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    laptop.type_password()
    expect(laptop.page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    look(laptop)
    for name in ("Add a passkey", "Add an app for codes"):
        laptop.open("/account/second-factor/")
        laptop.page.get_by_role("link", name=name).click()
        look(laptop)
    laptop.add_passkey()
    expect(laptop.page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    look(laptop)


def test_on_a_phone(at: Callable[..., Device], operator: User) -> None:
    """No field is so small that the phone zooms in, and nothing is corrected or translated that must not be."""
    equipped(operator)
    phone = at(**test_every_page.PHONE)
    phone.type_password()
    for code in (None, code_at(time.time())):
        if code is not None:
            phone.page.get_by_label("Code").fill(code)
            phone.button("Use the code").click()
            phone.is_in()
            phone.open("/account/passkeys/add/")
        assert phone.page.evaluate(test_every_page.SMALL_FIELDS) == []
        assert phone.page.evaluate(test_every_page.TRANSLATED, ["ada"]) == []
        helped = phone.page.evaluate(test_every_page.HELPED, test_every_page.AS_TYPED)
        assert [fault for fault in helped if fault != ["code", "autocomplete"]] == []


@pytest.mark.parametrize("language", TITLES)
def test_in_three_languages(at: Callable[..., Device], operator: User, language: str) -> None:
    equipped(operator)
    window = at(locale=language)
    window.open("/accounts/login/?next=/account/")
    window.page.locator("[name=login]").fill("ada")
    window.page.locator("[name=password]").fill("correct horse battery")
    window.page.keyboard.press("Enter")
    window.page.locator("[name=code]").fill(code_at(time.time()))
    window.page.keyboard.press("Enter")
    expect(window.page.get_by_role("heading", level=1)).to_have_text(TITLES[language])
    look(window)


def test_with_the_keyboard_alone(laptop: Device) -> None:
    """The field is where typing begins, and Enter sends the form."""
    laptop.type_password()
    laptop.is_in()
    laptop.open("/account/passkeys/add/")
    expect(laptop.page.get_by_label("Name")).to_be_focused()
    laptop.page.keyboard.press("Enter")
    expect(laptop.page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    laptop.open("/account/app/add/")
    expect(laptop.page.get_by_label("The code that the app shows")).to_be_focused()
    secret = laptop.page.locator("#app-secret").inner_text().replace(" ", "")
    laptop.page.keyboard.type(code_at(time.time(), secret))
    laptop.page.keyboard.press("Enter")
    laptop.is_in()
    assert set(Authenticator.objects.values_list("type", flat=True)) == {"webauthn", "totp", "recovery_codes"}


def test_the_secret_is_read_in_fours_and_copied_as_one(laptop: Device) -> None:
    laptop.type_password()
    laptop.is_in()
    page = laptop.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    copied = "navigator.clipboard.readText()"
    laptop.open("/account/app/add/")
    groups = page.locator("#app-secret").inner_text().split(" ")
    assert [len(group) for group in groups] == [4] * 8
    page.get_by_role("button", name="Copy the secret").click()
    page.wait_for_function(f"secret => {copied}.then((text) => text === secret)", arg="".join(groups))
    page.evaluate("navigator.clipboard.writeText('')")
    page.locator("#app-secret").click(click_count=3)
    page.keyboard.press("ControlOrMeta+c")
    page.wait_for_function(f"secret => {copied}.then((text) => text === secret)", arg="".join(groups))


def test_codes_without_javascript(at: Callable[..., Device], operator: User) -> None:
    window = at(java_script_enabled=False)
    window.type_password()
    window.is_in()
    window.page.get_by_role("link", name="Add an app").click()
    secret = window.page.locator("#app-secret").inner_text().replace(" ", "")
    window.page.get_by_label("The code that the app shows").fill(code_at(time.time() - 30, secret))
    window.button("Add the app").click()
    expect(window.page.locator("#codes")).to_be_visible()
    window.sign_out()
    window.type_password()
    window.page.get_by_label("Code").fill(code_at(time.time(), secret))
    window.button("Use the code").click()
    window.is_in()
