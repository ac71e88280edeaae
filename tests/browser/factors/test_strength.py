"""While a new password is typed, the page says how strong it is; nothing of it is sent."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_page_says_it_while_it_is_typed(enter: Enter) -> None:
    page = enter()
    page.goto("/accounts/password/change/")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    field, verdict = page.locator("[name=password1]"), page.locator("[data-strength-of]")
    for typed, said in [
        ("a", "Characters that are missing: 11"),
        ("elevenchars", "Characters that are missing: 1"),
        ("🐎" * 11, "Characters that are missing: 1"),
        ("111111111111", "Easy to guess: it repeats itself."),
        ("password1password1", "Easy to guess: it repeats itself."),
        ("a long walk!", "Good. Longer is better."),
        ("a long walk by the sea", "Strong."),
        ("", ""),
    ]:
        field.fill(typed)
        expect(verdict).to_have_text(said)
    # The picture in the tab is fetched whenever Chromium likes.
    assert [url for url in sent if "favicon" not in url] == []


def test_it_can_be_pasted(enter: Enter) -> None:
    page = enter(permissions=["clipboard-read", "clipboard-write"])
    page.goto("/accounts/password/change/")
    page.evaluate("navigator.clipboard.writeText('a long walk by the sea')")
    page.locator("[name=password1]").focus()
    page.keyboard.press("Control+V")
    expect(page.locator("[name=password1]")).to_have_value("a long walk by the sea")
    expect(page.locator("[data-strength-of]")).to_have_text("Strong.")
