"""Showing a key, where it does not work."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from accesskeys.models import AccessKey
from tests.browser.conftest import Complaints
from tests.browser.flows.helpers import revoke_elsewhere, rows, three
from tests.browser.scenes import LIST


def test_show_a_key_that_somebody_else_has_revoked(page: Page, complaints: Complaints) -> None:
    alpha = three()[0]
    page.reload()
    revoke_elsewhere(alpha)
    page.get_by_role("button", name="Show key of alpha").click()
    row = page.get_by_role("row", name="alpha")
    expect(row.get_by_role("alert")).to_have_text("There is no such access key. It may have been revoked.")
    expect(page.get_by_role("rowheader")).to_have_count(3)
    row.get_by_role("button", name="Close").click()
    expect(row.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_role("button", name="Show key of alpha")).to_be_focused()
    page.get_by_role("link", name="Revoke access key alpha").click()
    expect(page.get_by_role("main").get_by_text("There is no such access key.")).to_be_visible()
    rows(page, "gamma", "beta")
    complaints.allow_status(404)


def test_show_a_key_without_a_connection(page: Page, complaints: Complaints) -> None:
    three()
    page.reload()
    page.context.set_offline(True)
    page.get_by_role("button", name="Show key of alpha").click()
    expect(page.get_by_role("alert").filter(has_text="The server cannot be reached.")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name="Show key of alpha").click()
    expect(page.locator(".shown-key")).to_be_visible()
    assert all("ERR_INTERNET_DISCONNECTED" in text or text.startswith("htmx:") for text in complaints)
    complaints.clear()


def test_show_a_key_with_a_broken_seal(page: Page, complaints: Complaints) -> None:
    alpha = three()[0]
    AccessKey.objects.filter(pk=alpha.pk).update(sealed=b"?" * 84)
    page.goto(f"{LIST}{alpha.pk}/")
    page.get_by_role("button", name="Show key").click()
    expect(page.get_by_role("region", name="Key").get_by_role("alert")).to_be_visible()
    assert not re.search(r"ica_\w", page.content())  # Its hint is "ica_…" and four characters.
    complaints.allow_status(503)
