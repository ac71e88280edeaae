"""Light and dark, and the languages."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.scenes import AUDIT_LOG, LIST


def test_light_and_dark(page: Page) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    switch = page.get_by_role("button", name="Switch between light and dark")
    page.emulate_media(color_scheme="light")
    light = page.evaluate(background)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(background)
    assert light != dark
    switch.click()
    assert page.evaluate(background) == light
    page.reload(wait_until="commit")  # Remembered by the server: there is no flash.
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert page.evaluate(background) == light


def test_languages(page: Page) -> None:
    page.get_by_role("banner").locator("summary").click()
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.goto(AUDIT_LOG)
    expect(page.locator("html")).to_have_attribute("lang", "de")


def test_the_language_follows_the_browser(enter: Enter) -> None:
    page = enter(locale="fr-FR")
    page.goto(LIST)
    expect(page.locator("html")).to_have_attribute("lang", "fr")
