"""Two tabs: what is filled in in one of them outlives signing out and in again in the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from accesskeys.models import AccessKey
from tests.browser.conftest import PASSWORD, Complaints, Enter
from tests.browser.scenes import AUDIT_LOG, LIST
from tests.factories import AccessKeyFactory

SENTENCE = "This form was out of date, so nothing was done. Look it over and send it again."


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without"])
def page(request: pytest.FixtureRequest, enter: Enter, complaints: Complaints) -> Iterator[Page]:
    AccessKeyFactory(name="billing")
    page = enter(java_script_enabled=request.param)
    page.goto(LIST)
    yield page
    complaints.allow_status(401)


def sign_out(page: Page) -> Page:
    other = page.context.new_page()
    other.goto("/accounts/logout/")
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    return other


def sign_in(page: Page) -> None:
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Show key").first).to_be_visible()


def fill_in(page: Page) -> None:
    page.get_by_role("link", name="Generate access key").click()
    page.get_by_label("Name", exact=True).fill("payments")
    page.get_by_role("radio", name="30 days").check(force=True)


def generate(page: Page) -> None:
    page.get_by_role("button", name="Generate", exact=True).click()


def sent_again(page: Page) -> None:
    """The form is there as it was, and does what it did not do before."""
    expect(page.get_by_text(SENTENCE)).to_be_visible()
    expect(page.get_by_text(SENTENCE)).to_be_in_viewport()
    expect(page.get_by_label("Name", exact=True)).to_have_value("payments")
    expect(page.get_by_role("radio", name="30 days")).to_be_checked()
    assert AccessKey.objects.count() == 1
    generate(page)
    expect(page.get_by_text("Access key payments is generated.")).to_be_visible()
    assert AccessKey.objects.get(name="payments").expires_at


def test_signed_out_and_in_again_elsewhere(page: Page) -> None:
    fill_in(page)
    sign_in(sign_out(page))
    generate(page)
    sent_again(page)


def test_signed_out_elsewhere(page: Page) -> None:
    fill_in(page)
    sign_out(page)
    generate(page)
    expect(page.get_by_text("You are signed out, so nothing was done.")).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in").click()
    sign_in(opened.value)
    page.get_by_role("button", name="Send once more").click()
    sent_again(page)


def test_another_name(page: Page) -> None:
    page.get_by_role("link", name="billing", exact=True).click()
    page.get_by_role("textbox", name="Name").fill("payments")
    sign_in(sign_out(page))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text(SENTENCE)).to_be_in_viewport()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="payments")).to_be_visible()


def test_limits(page: Page) -> None:
    page.get_by_role("link", name="billing", exact=True).click()
    page.locator("#limits").get_by_role("link", name="Edit").click()
    page.get_by_label("Allowed networks").fill("192.0.2.0/24")
    sign_in(sign_out(page))
    page.get_by_role("button", name="Save limits").click()
    expect(page.get_by_text(SENTENCE)).to_be_in_viewport()
    page.get_by_role("button", name="Save limits").click()
    expect(page.get_by_text("The limits are saved.")).to_be_visible()
    assert AccessKey.objects.get().allowed_networks == ["192.0.2.0/24"]


def test_a_key_is_shown_after_the_page_was_loaded_again(page: Page) -> None:
    sign_in(sign_out(page))
    page.get_by_role("button", name="Show key").click()
    expect(page.get_by_text("This page was out of date, so nothing was done. Try again.")).to_be_visible()
    page.get_by_role("button", name="Show key").click()
    expect(page.locator(".shown-key")).to_be_visible()


@pytest.mark.parametrize("java_script", [True, False])
def test_two_tabs_on_the_sign_in_page(visit: Enter, operator: object, java_script: bool) -> None:
    first = visit(java_script_enabled=java_script)
    second = first.context.new_page()
    first.goto(LIST)
    second.goto(AUDIT_LOG)
    for page, heading in ((first, "No access keys yet"), (second, "Audit log")):
        page.get_by_label("Username").fill("ada")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
