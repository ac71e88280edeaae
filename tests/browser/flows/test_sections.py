"""The sections of the details page, edited in place and without JavaScript, by hand and by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from accesskeys import operations
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.browser.conftest import Enter
from tests.browser.scenes import LIST
from tests.factories import AccessKeyFactory


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without"])
def page(request: pytest.FixtureRequest, enter: Enter) -> Page:
    page = enter(java_script_enabled=request.param)
    page.goto(f"{LIST}{AccessKeyFactory(name='billing', scopes=['orders:read']).pk}/")
    return page


def edit(page: Page, section: str) -> None:
    page.locator(f"#{section}").get_by_role("link", name="Edit").click()
    expect(page.locator(f"#{section} form")).to_be_visible()


def test_scopes(page: Page) -> None:
    edit(page, "scopes")
    expect(page.get_by_role("checkbox", name="orders:read")).to_be_checked()
    page.get_by_role("checkbox", name="orders:read").uncheck()
    page.get_by_label("Scopes of your own").fill("stock:read stock:write")
    page.locator("summary", has_text="For managing access keys").click()
    page.get_by_role("checkbox", name="access_keys:metrics").check()
    page.get_by_role("button", name="Save scopes").click()
    expect(page.get_by_text("The scopes are saved.")).to_be_visible()
    assert AccessKey.objects.get().scopes == ["access_keys:metrics", "stock:read", "stock:write"]


def test_expiry(page: Page) -> None:
    edit(page, "expiry")
    page.get_by_role("radio", name="Until a date").check(force=True)
    page.get_by_label("Last day").fill("2099-01-31")
    page.get_by_role("button", name="Save expiry").click()
    expect(page.locator("#expiry")).to_contain_text("31 Jan 2099")


def test_facts(page: Page) -> None:
    expect(page.locator("#facts")).to_contain_text("Nobody has said yet")
    edit(page, "facts")
    page.get_by_label("Owner").fill("支払いチーム")
    page.get_by_label("Labels").fill("Team")
    page.locator("#facts").get_by_role("button", name="Save").click()
    expect(page.get_by_label("Labels")).to_be_focused()
    expect(page.get_by_label("Owner")).to_have_value("支払いチーム")
    page.get_by_label("Labels").fill("team=payments\ntier=gold")
    page.locator("#facts").get_by_role("button", name="Save").click()
    expect(page.locator("#facts")).to_contain_text("支払いチーム")
    assert AccessKey.objects.get().labels == {"team": "payments", "tier": "gold"}


def test_cancel(page: Page) -> None:
    edit(page, "scopes")
    page.get_by_label("Scopes of your own").fill("stock:read")
    page.get_by_role("link", name="Cancel").click()
    expect(page.locator("#scopes form")).to_have_count(0)
    assert AccessKey.objects.get().scopes == ["orders:read"]


def test_two_people_at_once(page: Page) -> None:
    access_key = AccessKey.objects.get()
    edit(page, "facts")
    operations.describe(access_key_id=access_key.pk, owner="Warehouse", actor=Actor.for_command())
    page.get_by_label("Owner").fill("Payments")
    page.locator("#facts").get_by_role("button", name="Save").click()
    expect(page.locator("#facts .notice")).to_contain_text("Warehouse")
    expect(page.get_by_label("Owner")).to_have_value("Payments")
    access_key.refresh_from_db()
    assert access_key.owner == "Warehouse"
    page.locator("#facts").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Owner, description and labels are saved.")).to_be_visible()
    access_key.refresh_from_db()
    assert access_key.owner == "Payments"


def test_another_like_this(page: Page) -> None:
    page.get_by_role("link", name="Generate another like this").click()
    expect(page.get_by_role("checkbox", name="orders:read")).to_be_checked()
    expect(page.get_by_role("radio", name="90 days")).to_be_checked()
    page.get_by_label("Name", exact=True).fill("second")
    page.get_by_text("About", exact=True).click()
    page.get_by_label("Owner").fill("Payments")
    page.get_by_role("button", name="Generate", exact=True).click()
    expect(page.get_by_text("Access key second is generated.")).to_be_visible()
    second = AccessKey.objects.get(name="second")
    assert (second.scopes, second.owner) == (["orders:read"], "Payments")


def settled(page: Page) -> None:
    """Nobody is as quick as to press a key before htmx has seen what it has put there."""
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")).to_have_count(0)


def test_by_keyboard_alone(enter: Enter) -> None:
    page = enter()
    page.goto(f"{LIST}{AccessKeyFactory(name='billing').pk}/")
    page.locator("#expiry").get_by_role("link", name="Edit").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name="No expiry")).to_be_focused()
    settled(page)
    page.locator("#expiry").get_by_role("link", name="Cancel").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#expiry").get_by_role("link", name="Edit")).to_be_focused()
    settled(page)
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name="No expiry")).to_be_focused()
    settled(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The expiry is saved.")).to_be_visible()
    assert AccessKey.objects.get().expires_at is not None


CHANGES: dict[str, Callable[[Locator], None]] = {
    "facts": lambda form: form.get_by_label("Owner").fill("Payments"),
    "scopes": lambda form: form.get_by_role("checkbox", name="orders:read").uncheck(),
    "expiry": lambda form: form.get_by_role("radio", name="30 days").check(force=True),
    "limits": lambda form: form.get_by_label("Rate limit").fill("10"),
}


@pytest.mark.parametrize("section", CHANGES)
def test_each_waits_for_a_change_and_guards_it(enter: Enter, section: str) -> None:
    page = enter()
    page.goto(f"{LIST}{AccessKeyFactory(name='billing', scopes=['orders:read']).pk}/")
    edit(page, section)
    form = page.locator(f"#{section} form")
    save = form.get_by_role("button", name=re.compile(r"Save (details|scopes|expiry|limits)"))
    expect(save).to_be_disabled()
    CHANGES[section](form)
    expect(save).to_be_enabled()
    page.get_by_role("button", name="Suspend").click()
    expect(page.get_by_role("alert").filter(has_text="not saved yet")).to_be_visible()
    save.click()
    expect(form).to_have_count(0)
