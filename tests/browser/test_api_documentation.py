"""The page about the API: contents at the side, reached by keyboard, and all of it without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.browser.conftest import Enter
from tests.browser.test_accessibility import faults
from tests.browser.test_keyboard import reach

DOCS = "/api/v1/docs/"
DESK = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=360, height=740)


def contents(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Contents")


def link(page: Page) -> Locator:
    return contents(page).get_by_role("link", name="May this request pass?")


@pytest.mark.parametrize("scripts", [True, False])
def test_contents_stay_at_the_side(enter: Enter, scripts: bool) -> None:
    page = enter(viewport=DESK, java_script_enabled=scripts)
    page.goto(DOCS)
    expect(contents(page).locator("summary")).to_be_hidden()
    link(page).click()
    section = page.locator("#verify")
    expect(section).to_be_in_viewport()
    expect(contents(page).get_by_role("link", name="Before you begin")).to_be_in_viewport()
    beside, side = section.bounding_box(), contents(page).bounding_box()
    assert beside is not None
    assert side is not None
    assert beside["x"] + beside["width"] < side["x"]


@pytest.mark.parametrize("scripts", [True, False])
def test_contents_fold_on_a_phone(enter: Enter, scripts: bool) -> None:
    page = enter(viewport=PHONE, java_script_enabled=scripts)
    page.goto(DOCS)
    expect(link(page)).to_be_hidden()
    contents(page).locator("summary").click()
    link(page).click()
    expect(page.locator("#verify")).to_be_in_viewport()
    assert page.url.endswith("#verify")


def test_the_opened_contents_have_no_fault(enter: Enter) -> None:
    page = enter(viewport=PHONE)
    page.goto(DOCS)
    contents(page).locator("summary").click()
    expect(link(page)).to_be_visible()
    assert faults(page) == []


def test_by_keyboard_from_the_contents_to_an_endpoint_and_its_codes(enter: Enter) -> None:
    page = enter(viewport=DESK)
    page.goto(DOCS)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # Skips to the main content.
    expect(page.get_by_role("main")).to_be_focused()
    reach(contents(page).get_by_role("link", name="Is my key usable?")).press("Enter")
    expect(page.locator("#ping")).to_be_focused()
    reach(page.locator("#ping").get_by_role("link", name="429")).press("Enter")
    expect(page.locator("#refusals-429")).to_be_focused()
    expect(page.get_by_role("rowheader", name="throttled")).to_be_in_viewport()


def test_a_call_is_copied_as_it_stands(enter: Enter) -> None:
    page = enter(viewport=DESK)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(DOCS)
    section = page.locator("#generate_access_key")
    section.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status").filter(has_text="Copied.")).to_be_attached()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == section.locator("pre").first.text_content()
    assert '"Authorization: Bearer $KEY"' in copied


def test_on_paper_stands_what_is_told_and_nothing_to_press(enter: Enter) -> None:
    page = enter(viewport=DESK)
    page.goto(DOCS)
    page.emulate_media(media="print")
    expect(contents(page)).to_be_hidden()
    expect(page.get_by_role("button", name="Copy").first).to_be_hidden()
    expect(page.locator("#verify pre").first).to_be_visible()
    expect(page.get_by_text("integrity_failure")).to_be_visible()
