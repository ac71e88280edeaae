"""One access key: its name, its limits, and what is not saved yet."""

from __future__ import annotations

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser.flows.helpers import three
from tests.browser.scenes import LIST


def test_rename(page: Page) -> None:
    alpha = three()[0]
    page.goto(f"{LIST}{alpha.pk}/")
    name, save = page.get_by_role("textbox", name="Name"), page.get_by_role("button", name="Save", exact=True)
    expect(save).to_be_disabled()
    name.fill("beta")
    save.click()
    expect(page.get_by_text("Another access key has this name")).to_be_visible()
    expect(name).to_have_value("beta")
    expect(save).to_be_disabled()
    name.fill("omega")
    expect(save).to_be_enabled()
    name.fill("alpha")  # What is stored already.
    expect(save).to_be_disabled()
    name.fill("omega")
    save.click()
    expect(page.get_by_role("heading", name="omega")).to_be_visible()
    alpha.refresh_from_db()
    assert alpha.name == "omega"


def test_unsaved_changes_are_guarded(page: Page) -> None:
    alpha = three()[0]
    page.goto(f"{LIST}{alpha.pk}/")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    name = page.get_by_role("textbox", name="Name")
    name.press("End")
    name.press_sequentially("_changed")
    page.get_by_role("link", name="Audit log", exact=True).click(no_wait_after=True)
    expect(name).to_have_value("alpha_changed")
    page.wait_for_function("true")
    assert asked == ["beforeunload"]
    assert page.url.endswith(f"{alpha.pk}/")

    # One refused by the server is as unsaved as before.
    name.fill("two words")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(name).to_have_attribute("aria-invalid", "true")
    page.get_by_role("link", name="Audit log", exact=True).click(no_wait_after=True)
    expect(name).to_have_value("two words")
    page.wait_for_function("true")
    assert asked == ["beforeunload"] * 2


def test_no_button_throws_away_what_another_would_have_saved(page: Page) -> None:
    alpha = three()[0]
    page.goto(f"{LIST}{alpha.pk}/")
    page.on("dialog", lambda dialog: pytest.fail(f"The browser asked: {dialog.type}"))
    page.locator("#limits").get_by_role("link", name="Edit").click()
    rate = page.get_by_label("Rate limit")
    rate.fill("10")
    page.get_by_role("button", name="Suspend").click()
    expect(page.get_by_role("alert").filter(has_text="The limits are not saved yet.")).to_be_visible()
    expect(rate).to_be_focused()
    page.get_by_role("button", name="Save limits").click()
    expect(page.get_by_text("The limits are saved.").first).to_be_visible()
    page.get_by_role("button", name="Suspend").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    alpha.refresh_from_db()
    assert (alpha.rate_limit, alpha.is_suspended) == ("10/minute", True)


def test_suspend_limit_and_resume(page: Page) -> None:
    alpha = three()[0]
    page.goto(f"{LIST}{alpha.pk}/")
    page.get_by_role("button", name="Suspend").click()
    expect(page.get_by_role("heading", name="alpha")).to_contain_text("Suspended")
    page.locator("#limits").get_by_role("link", name="Edit").click()
    page.get_by_label("Allowed networks").fill("192.0.2.1/24")
    page.get_by_role("button", name="Save limits").click()
    expect(page.get_by_label("Allowed networks")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Allowed networks")).to_be_focused()
    expect(page.get_by_label("Allowed networks")).to_have_value("192.0.2.1/24")
    page.get_by_label("Allowed networks").fill("192.0.2.0/24")
    page.get_by_label("Rate limit").fill("10")
    page.get_by_role("button", name="Save limits").click()
    expect(page.get_by_text("The limits are saved.").first).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="Suspend")).to_be_visible()
    alpha.refresh_from_db()
    assert (alpha.allowed_networks, alpha.rate_limit) == (["192.0.2.0/24"], "10/minute")
    assert alpha.is_usable
