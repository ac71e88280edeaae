"""A session ends under a dialog: nothing typed is lost, and it goes on once its operator is signed in again."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Locator, Page, expect

from accesskeys.models import AccessKey
from tests.browser.conftest import PASSWORD, Complaints, Enter
from tests.browser.scenes import LIST
from tests.factories import OperatorFactory

COME_BACK = "dispatchEvent(new Event('focus'))"  # Playwright's pages are always seen.
OVER = "You are signed out. What you typed is still here"


@pytest.fixture
def page(enter: Enter) -> Page:
    """With a dialog in which something is typed."""
    page = enter()
    page.goto(LIST)
    page.get_by_role("link", name="Generate access key").first.click()
    page.get_by_role("dialog").get_by_label("Name", exact=True).fill("payments")
    return page


def notice(page: Page) -> Locator:
    return page.locator("#session-end")


def end(page: Page) -> None:
    """Signed out, and the page has noticed."""
    Session.objects.all().delete()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(notice(page)).to_contain_text(OVER)


def sign_in(page: Page, link: Locator, name: str = "ada") -> None:
    """In the tab that the link opens."""
    with page.context.expect_page() as opened:
        link.click()
    opened.value.get_by_label("Username").fill(name)
    opened.value.get_by_label("Password").fill(PASSWORD)
    opened.value.get_by_role("button", name="Sign in", exact=True).click()
    expect(opened.value.get_by_role("navigation").first).to_be_visible()
    opened.value.close()
    page.evaluate(COME_BACK)


def generate(page: Page) -> None:
    page.get_by_role("dialog").get_by_role("button", name="Generate", exact=True).click()


def test_it_is_sent_with_what_was_typed(page: Page) -> None:
    end(page)
    link = notice(page).get_by_role("link", name="Sign in, in a new tab")
    expect(
        page.get_by_role("dialog").locator("#session-end")
    ).to_be_visible()  # What is outside cannot be reached.
    sign_in(page, link)
    expect(notice(page)).to_be_hidden()
    expect(page.locator("#announcer")).to_have_text("You are signed in again. Go on where you were.")
    expect(page.get_by_role("dialog").get_by_label("Name", exact=True)).to_have_value("payments")
    generate(page)
    expect(page.get_by_text("Access key payments is generated.")).to_be_visible()


def test_what_was_sent_too_late_is_sent_once_more_by_itself(page: Page, complaints: Complaints) -> None:
    Session.objects.all().delete()
    generate(page)
    expect(page.get_by_text("You are signed out, so nothing was done.")).to_be_visible()
    complaints.allow_status(401)
    sign_in(page, page.get_by_role("dialog").get_by_role("link", name="Sign in", exact=True))
    expect(page.get_by_text("Access key payments is generated.")).to_be_visible()
    assert AccessKey.objects.get().name == "payments"


def test_coming_back_without_a_sign_in_does_nothing(page: Page, complaints: Complaints) -> None:
    Session.objects.all().delete()
    generate(page)
    expect(page.get_by_text("You are signed out, so nothing was done.")).to_be_visible()
    complaints.allow_status(401)
    page.evaluate(COME_BACK)
    expect(notice(page)).to_contain_text(OVER)
    assert not AccessKey.objects.exists()


def test_nothing_is_sent_for_somebody_else(page: Page, complaints: Complaints) -> None:
    OperatorFactory(username="maren", password=PASSWORD, roles=["Operators"])
    Session.objects.all().delete()
    generate(page)
    expect(page.get_by_text("You are signed out, so nothing was done.")).to_be_visible()
    complaints.allow_status(401)
    sign_in(page, page.get_by_role("dialog").get_by_role("link", name="Sign in", exact=True), "maren")
    expect(notice(page)).to_contain_text("Somebody else is signed in in this browser now.")
    assert not AccessKey.objects.exists()


def test_a_dialog_that_is_closed_leaves_the_notice(page: Page) -> None:
    end(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("main").locator("#session-end")).to_be_visible()


def test_nothing_is_kept_in_the_browser(page: Page) -> None:
    end(page)
    sign_in(page, notice(page).get_by_role("link"))
    expect(notice(page)).to_be_hidden()
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
