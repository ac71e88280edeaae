"""What the product is for, from end to end, in a real browser and over a real connection."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.server.servers import Server


def test_generate_show_use_revoke(signed_in: Page, context: BrowserContext, console: Server) -> None:
    page = signed_in
    context.grant_permissions(["clipboard-read", "clipboard-write"])

    page.get_by_role("link", name="Generate access key").first.click()
    page.get_by_label("Name", exact=True).fill("billing_worker")
    page.get_by_role("button", name="Generate", exact=True).click()
    expect(page.get_by_role("heading", name="billing_worker")).to_be_visible()
    assert "ica_" not in page.content()

    page.get_by_role("button", name="Show key").click()
    key = page.get_by_text("ica_").first
    expect(key).to_be_visible()
    bearer = key.inner_text().strip()
    assert console.call("GET", "ping/", bearer).status == 200

    page.get_by_role("link", name="Revoke access key").click()
    page.get_by_label("I understand that this cannot be undone.").check()
    page.get_by_role("button", name="Revoke access key").click()
    page.wait_for_url("**/settings/access-keys/")
    assert console.call("GET", "ping/", bearer).status == 401
    expect(page.get_by_role("link", name="billing_worker")).to_have_count(0)


@pytest.mark.parametrize("path", ["/admin/", "/admin/auth/user/add/", "/admin/auth/user/1/change/"])
def test_the_admin_lives_with_the_content_security_policy(signed_in: Page, path: str) -> None:
    response = signed_in.goto(path, wait_until="networkidle")
    assert response is not None
    assert response.status == 200
    assert "default-src 'none'" in response.headers["content-security-policy"]
