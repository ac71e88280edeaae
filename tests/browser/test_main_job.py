"""What the product is for, from end to end, in a real browser and over a real connection to the real server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import CONTEXT, PASSWORD, Complaints
from tests.server.servers import Server, new_site


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory, collected_static_files: None) -> Iterator[Server]:
    """The server of a fresh installation, with one superuser called operator."""
    with new_site(tmp_path_factory.mktemp("console")) as site:
        created = site.manage("create_first_operator", DJANGO_SUPERUSER_PASSWORD=PASSWORD)
        assert created.returncode == 0, created.stderr
        with site.serve() as server:
            yield server


@pytest.fixture
def page(console: Server, new_context: Callable[..., BrowserContext], complaints: Complaints) -> Page:
    """The access key list, as the operator sees it after signing in."""
    context = new_context(base_url=f"http://127.0.0.1:{console.port}", **CONTEXT)
    complaints.listen(context)
    page = context.new_page()
    page.goto("/")
    page.get_by_label("Username").fill("operator")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/settings/access-keys/")
    return page


def test_generate_show_use_revoke(page: Page, console: Server) -> None:
    page.get_by_role("link", name="Generate access key").first.click()
    page.get_by_label("Name", exact=True).fill("billing_worker")
    page.get_by_role("button", name="Generate", exact=True).click()
    expect(page.get_by_role("heading", name="billing_worker")).to_be_visible()
    assert not re.search(r"ica_\w", page.content())  # Its hint is "ica_…" and four characters.

    page.get_by_role("button", name="Show key").click()
    key = page.locator(".shown-key")
    expect(key).to_be_visible()
    bearer = key.inner_text().strip()
    assert console.call("GET", "ping/", bearer).status == 200

    page.get_by_role("link", name="Revoke access key").click()
    page.get_by_label("I understand that this cannot be undone.").check()
    page.get_by_role("button", name="Revoke access key").click()
    page.wait_for_url("**/settings/access-keys/")
    assert console.call("GET", "ping/", bearer).status == 401
    expect(page.get_by_role("link", name="billing_worker")).to_have_count(0)
