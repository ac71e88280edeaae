"""Generating in the dialog, and what goes wrong on the way."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from accesskeys.console.views.generate import AccessKeyGeneratePage
from accesskeys.models import AccessKey
from tests.browser.conftest import Complaints
from tests.browser.flows.helpers import failing
from tests.factories import AccessKeyFactory


def test_generate(page: Page) -> None:
    AccessKeyFactory(name="taken")
    page.get_by_role("link", name="Generate access key").click()
    dialog = page.get_by_role("dialog", name="Generate access key")
    name = dialog.get_by_label("Name", exact=True)
    for typed, said in (
        ("two words", "letters"),
        ("taken", "Another access key has this name"),
        ("free", "This name can be used."),
    ):
        name.fill(typed)
        expect(dialog.locator("#name-check")).to_contain_text(said)
        expect(name).to_have_attribute("aria-invalid", "false" if typed == "free" else "true")
    name.fill("two words")
    dialog.get_by_role("radio", name="90 days").check(force=True)
    dialog.locator("summary").filter(has_text="For managing access keys").click()
    dialog.get_by_label("access_keys:read").check()
    dialog.get_by_label("Scopes of your own").fill("orders:read")
    dialog.get_by_role("button", name="Generate").click()
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_be_focused()
    expect(name).to_have_value("two words")
    name.fill("billing")
    name.press("Enter")

    expect(page.get_by_role("heading", name="billing", exact=True)).to_be_visible()
    announced = page.get_by_role("status").filter(has_text="Access key billing is generated.")
    expect(announced).to_be_attached()
    expect(page.get_by_text("Copy it and hand it to")).to_be_visible()
    assert not re.search(r"ica_\w", page.content())  # Its hint is "ica_…" and four characters.
    access_key = AccessKey.objects.get(name="billing")
    assert access_key.scopes == ["access_keys:read", "orders:read"]
    assert access_key.expires_at is not None
    assert timedelta(days=89) < access_key.expires_at - timezone.now() <= timedelta(days=90)


def test_what_is_said_of_a_name_is_said_of_the_last_one_typed(page: Page) -> None:
    AccessKeyFactory(name="taken")
    page.get_by_role("link", name="Generate access key").click()
    name = page.get_by_role("dialog").get_by_label("Name", exact=True)
    held: list[Route] = []
    page.route("**/*name=take", lambda route: held.append(route), times=1)
    with page.expect_request("**/*name=take"):
        name.fill("take")
    name.fill("taken")
    page.wait_for_timeout(500)  # Longer than the page waits for another letter.
    held[0].continue_()
    expect(page.locator("#name-check")).to_contain_text("Another access key has this name")


def test_generate_until_a_date(page: Page) -> None:
    page.get_by_role("link", name="Generate access key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("billing")
    expect(dialog.get_by_label("Last day")).to_be_hidden()
    dialog.get_by_role("radio", name="Until a date").check(force=True)
    dialog.get_by_label("Last day").fill("2099-12-31")
    dialog.get_by_role("button", name="Generate").click()
    expect(page.get_by_role("heading", name="billing")).to_be_visible()
    expires_at = AccessKey.objects.get().expires_at
    assert expires_at is not None
    assert expires_at.isoformat() == "2099-12-31T23:59:59+00:00"


def test_a_dialog_that_failed_is_closed(
    page: Page, complaints: Complaints, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AccessKeyGeneratePage, "get", failing)
    page.get_by_role("link", name="Generate access key").click()
    dialog = page.get_by_role("dialog", name="Server error")
    expect(dialog.get_by_role("link", name="Try again")).to_be_visible()
    dialog.get_by_text("Close", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    complaints.allow_status(500)


def test_a_form_in_a_dialog_that_failed_keeps_what_was_typed(
    page: Page, complaints: Complaints, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.get_by_role("link", name="Generate access key").click()
    dialog = page.get_by_role("dialog", name="Generate access key")
    dialog.get_by_role("textbox", name="Name").fill("billing_worker")
    with monkeypatch.context() as broken:
        broken.setattr(AccessKeyGeneratePage, "post", failing)
        dialog.get_by_role("button", name="Generate").click()
        expect(dialog.get_by_role("alert")).to_contain_text("Something went wrong on our side.")
    expect(dialog.get_by_role("textbox", name="Name")).to_have_value("billing_worker")
    dialog.get_by_role("button", name="Generate").click()
    expect(page.get_by_role("heading", name="billing_worker")).to_be_visible()
    complaints.allow_status(500)
