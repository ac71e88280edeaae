"""The audit log, and its part on the details page."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.flows.helpers import revoke_elsewhere, three
from tests.browser.scenes import AUDIT_LOG, LIST


def test_audit_log(page: Page) -> None:
    alpha = three()[0]
    revoke_elsewhere(alpha)
    page.goto(AUDIT_LOG)
    entries = page.get_by_role("main").locator(".events summary")
    expect(entries).to_have_count(4)
    expect(entries.first).to_contain_text("Revoked")
    entries.first.click()
    page.get_by_role("link", name=str(alpha.pk)).click()
    expect(entries).to_have_count(2)
    expect(page).to_have_url(re.compile(f"access_key={alpha.pk}"))
    page.get_by_label("Action").select_option("Generated")
    expect(entries).to_have_count(1)
    page.get_by_label("Actor").fill("nobody")
    expect(page.get_by_role("heading", name="No entry matches")).to_be_visible()


def test_recent_activity_of_one_access_key(page: Page) -> None:
    alpha = three()[0]
    page.goto(f"{LIST}{alpha.pk}/")
    activity = page.get_by_role("region", name="Recent activity")
    expect(activity.locator("summary")).to_have_count(1)
    activity.get_by_role("link", name="Show all in the audit log").click()
    expect(page.get_by_role("main").locator(".events summary")).to_have_count(1)
