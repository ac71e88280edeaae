"""The page says two minutes before the session ends, and lets it go on."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from pytest_django import Settings

from tests.browser.conftest import Complaints, Enter
from tests.browser.scenes import LIST
from tests.factories import AccessKeyFactory


def test_it_is_said_and_goes_on(enter: Enter, settings: Settings) -> None:
    AccessKeyFactory(name="alpha")
    settings.SESSION_IDLE = 121
    page = enter()
    page.goto(LIST)
    notice = page.locator("#session-end")
    expect(notice).to_be_visible()
    expect(notice).to_contain_text("You will be signed out in 2 min")
    settings.SESSION_IDLE = 1800
    notice.get_by_role("button", name="Stay signed in").click()
    expect(notice).to_be_hidden()
    page.get_by_role("link", name="alpha", exact=True).click()
    expect(page.get_by_role("heading", name="alpha")).to_be_visible()


def test_it_is_over_and_says_so(enter: Enter, settings: Settings, complaints: Complaints) -> None:
    settings.SESSION_IDLE = 10
    page = enter()
    page.goto(f"{LIST}generate/")
    page.get_by_role("textbox", name="Name").fill("billing")
    notice = page.locator("#session-end")
    expect(notice.get_by_role("button")).to_be_visible(timeout=30_000)
    expect(notice).to_contain_text("You are signed out.", timeout=60_000)
    expect(notice.get_by_role("button")).to_be_hidden()
    expect(page.get_by_role("textbox", name="Name")).to_have_value("billing")
    page.goto(LIST)
    expect(page).to_have_url(re.compile("/accounts/login/"))
