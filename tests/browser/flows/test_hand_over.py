"""An operator hands a key over: a dialog, the link once, and taking it back."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from accesskeys.models import AccessKey, HandOver
from tests.browser.conftest import Enter
from tests.factories import AccessKeyFactory

LIST = "/settings/access-keys/"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}
PHONE = ViewportSize(width=360, height=740)


@pytest.fixture
def billing(live_server: object) -> AccessKey:
    return AccessKeyFactory(name="billing")


def test_by_keyboard_from_the_details_to_the_clipboard(enter: Enter, billing: AccessKey) -> None:
    page = enter(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{LIST}{billing.pk}/")
    page.get_by_role("link", name="Hand over").press("Enter")
    dialog = page.get_by_role("dialog", name="Hand over")
    expect(dialog.get_by_role("radio", name="24 hours")).to_be_checked()
    dialog.get_by_role("radio", name="24 hours").press("ArrowRight")
    dialog.get_by_role("button", name="Make the link").press("Enter")
    link = page.locator("#hand-over-link")
    expect(link).to_contain_text("/hand-over/#")
    dialog.get_by_role("button", name="Copy link").press("Enter")
    expect(dialog.get_by_text("Copied")).to_be_visible()
    copied = "link => navigator.clipboard.readText().then((text) => text === link)"
    page.wait_for_function(copied, arg=link.inner_text())
    made = HandOver.objects.get()
    assert (made.expires_at - made.created_at).days == 3
    secret = link.inner_text().partition("#")[2]
    page.keyboard.press("Escape")
    expect(page.get_by_text("Not opened yet")).to_be_visible()
    assert secret not in page.content()
    page.get_by_role("button", name="Take back").press("Enter")
    expect(page.get_by_text("The link is taken back. It shows nothing any more.")).to_be_visible()
    assert HandOver.objects.get().closed_by == "taken_back"


def test_the_link_is_gone_when_the_page_is_left(enter: Enter, billing: AccessKey) -> None:
    page = enter()
    page.goto(f"{LIST}{billing.pk}/")
    page.get_by_role("link", name="Hand over").click()
    page.get_by_role("button", name="Make the link").click()
    expect(page.locator("#hand-over-link")).to_be_visible()
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_text("Not opened yet")).to_be_visible()
    page.go_back()
    expect(page.locator("#hand-over-link")).to_have_count(0)


def test_without_scripts(enter: Enter, billing: AccessKey) -> None:
    page = enter(java_script_enabled=False)
    page.goto(f"{LIST}{billing.pk}/")
    page.get_by_role("link", name="Hand over").click()
    page.get_by_role("button", name="Make the link").click()
    expect(page.locator("#hand-over-link")).to_contain_text("/hand-over/#")
    page.get_by_role("link", name="Done").click()
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("Taken back just now")).to_be_visible()


@pytest.mark.parametrize("locale", ["en-US", "de-DE", "fr-FR"])
@pytest.mark.parametrize("look", [{"viewport": PHONE}, {"color_scheme": "dark"}])
def test_it_is_accessible_and_fits(
    enter: Enter, billing: AccessKey, locale: str, look: dict[str, object]
) -> None:
    page = enter(locale=locale, **look)
    found: list[object] = []

    def see(page: Page) -> None:
        found.extend(Axe().run(page, options=RULES).response["violations"])
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    for _ in range(2):
        page.goto(f"{LIST}{billing.pk}/")
        see(page)
        page.locator("main a[href$='/hand-over/']").click()
        expect(page.locator("dialog [type=submit].primary")).to_be_visible()
        see(page)
        page.locator("dialog [type=submit].primary").click()
        expect(page.locator("#hand-over-link")).to_be_visible()
        see(page)
    assert found == []
