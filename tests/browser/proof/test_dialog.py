"""Fresh proof in the browser: a dialog, and then what was begun goes on."""

from __future__ import annotations

import re

from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django import Settings

from accesskeys.models import AccessKey, AuditEvent
from tests.browser.conftest import PASSWORD, Complaints, Enter
from tests.browser.scenes import LIST
from tests.factories import AccessKeyFactory, key_of
from tests.identity_cloud.proof.helpers import let_proof_grow_old


def prove(page: Page, password: str = PASSWORD) -> None:
    dialog = page.get_by_role("dialog", name="Confirm that it is you")
    dialog.get_by_label("Password").fill(password)
    dialog.get_by_role("button", name="Continue").click()


def aged(enter: Enter, address: str = LIST, **options: object) -> Page:
    page = enter(**options)
    let_proof_grow_old()
    page.goto(address)
    return page


def test_a_key_is_shown_after_the_proof(enter: Enter, complaints: Complaints) -> None:
    access_key = AccessKeyFactory(name="alpha")
    page = aged(enter)
    page.get_by_role("button", name="Show key of alpha").click()
    prove(page, "wrong")
    expect(page.get_by_text("The password is not correct.")).to_be_visible()
    expect(page.get_by_label("Password")).to_be_focused()
    assert not AuditEvent.objects.filter(action="access_key.shown").exists()
    prove(page)
    expect(page.locator(".shown-key")).to_have_text(key_of(access_key))
    expect(page.get_by_role("dialog")).to_have_count(0)
    # The next one asks for nothing.
    page.get_by_role("button", name="Hide key of alpha").click()
    page.get_by_role("button", name="Show key of alpha").click()
    expect(page.locator(".shown-key")).to_be_visible()
    complaints.allow_status(401)


def test_a_copy_still_lands_in_the_clipboard(enter: Enter, complaints: Complaints) -> None:
    access_key = AccessKeyFactory(name="alpha")
    page = aged(enter, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the key of alpha").click()
    prove(page)
    expect(page.locator("#announcer")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == key_of(access_key)
    assert not re.search(r"ica_\w", page.content())
    complaints.allow_status(401)


def test_nothing_typed_is_lost(enter: Enter, complaints: Complaints) -> None:
    page = aged(enter)
    page.get_by_role("link", name="Generate access key").first.click()
    form = page.locator("#dialog")
    form.get_by_role("textbox", name="Name").fill("billing_worker")
    form.get_by_role("button", name="Generate").click()
    prove(page)
    expect(page.get_by_role("heading", name="billing_worker")).to_be_visible()
    assert AccessKey.objects.get().name == "billing_worker"
    complaints.allow_status(401)


def test_thinking_better_of_it_does_nothing(enter: Enter, complaints: Complaints) -> None:
    AccessKeyFactory(name="alpha")
    page = aged(enter)
    for button in ("Show key of alpha", "Copy the key of alpha"):
        page.get_by_role("button", name=button).click()
        page.get_by_role("dialog").get_by_role("link", name="Cancel").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_role("button", name=button)).to_be_focused()
    assert not AuditEvent.objects.exclude(action="access_key.generated").exists()
    expect(page.locator("#toast")).to_be_empty()
    complaints.allow_status(401)


def test_revoking_and_suspending_never_wait(enter: Enter) -> None:
    access_key = AccessKeyFactory(name="alpha")
    page = aged(enter, f"{LIST}{access_key.pk}/")
    page.get_by_role("button", name="Suspend").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    page.get_by_role("link", name="Revoke access key").click()
    page.get_by_role("dialog").get_by_role("checkbox").check()
    page.get_by_role("dialog").get_by_role("button", name="Revoke access key").click()
    expect(page).to_have_url(re.compile(f"{LIST}$"))
    assert not AccessKey.objects.exists()


def test_without_javascript_a_page_does_the_same(
    enter: Enter, operator: User, complaints: Complaints
) -> None:
    page = aged(enter, f"{LIST}generate/", java_script_enabled=False)
    page.get_by_role("textbox", name="Name").fill("billing_worker")
    page.get_by_role("button", name="Generate").click()
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("The password is not correct.")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="billing_worker")).to_be_visible()
    complaints.allow_status(401)


def test_a_file_is_downloaded_after_the_proof(enter: Enter, complaints: Complaints) -> None:
    AccessKeyFactory(name="alpha")
    page = aged(enter, f"{LIST}export/")
    page.get_by_label("Password").fill(PASSWORD)
    with page.expect_download() as download:
        page.get_by_role("button", name="Continue").click()
    assert "alpha" in download.value.path().read_text()
    complaints.allow_status(401)


def test_a_reason_is_asked_for_and_kept(enter: Enter, settings: Settings, complaints: Complaints) -> None:
    settings.ACCESS_KEYS_REVEAL_REASON = True
    access_key = AccessKeyFactory(name="alpha")
    page = aged(enter, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Show key of alpha").click()
    prove(page)
    dialog = page.get_by_role("dialog", name="Say why")
    dialog.get_by_label("Reason").fill("restoring billing")
    dialog.get_by_role("button", name="Continue").click()
    expect(page.locator(".shown-key")).to_have_text(key_of(access_key))
    page.get_by_role("button", name="Hide key of alpha").click()
    page.get_by_role("button", name="Copy the key of alpha").click()
    page.get_by_label("Reason").fill("moving it")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#announcer")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == key_of(access_key)
    events = AuditEvent.objects.filter(action__in=["access_key.shown", "access_key.copied"]).order_by("id")
    assert [event.details["reason"] for event in events] == ["restoring billing", "moving it"]
    complaints.allow_status(401)


def test_beyond_the_limit_the_key_stays_hidden(
    enter: Enter, settings: Settings, complaints: Complaints
) -> None:
    settings.ACCESS_KEYS_REVEALS_PER_HOUR = 1
    AccessKeyFactory(name="alpha")
    page = enter()
    page.goto(LIST)
    page.get_by_role("button", name="Show key of alpha").click()
    expect(page.locator(".shown-key")).to_be_visible()
    page.get_by_role("button", name="Hide key of alpha").click()
    page.get_by_role("button", name="Show key of alpha").click()
    expect(
        page.get_by_role("alert").filter(has_text="You may see so many keys within an hour: 1.")
    ).to_be_visible()
    expect(page.locator(".shown-key")).to_have_count(0)
    complaints.allow_status(429)
