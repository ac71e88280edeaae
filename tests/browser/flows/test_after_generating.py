"""Where the focus is on the page that follows a generation: on what comes next."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter
from tests.browser.scenes import GENERATE, LIST


@pytest.mark.parametrize("start", ["dialog", "page"])
def test_it_is_on_copy(enter: Enter, start: str) -> None:
    page = enter()
    page.goto(LIST if start == "dialog" else GENERATE)
    if start == "dialog":
        page.get_by_role("link", name="Generate access key").first.click()
    page.get_by_label("Name", exact=True).fill("billing")
    page.get_by_label("Name", exact=True).press("Enter")
    copy = page.get_by_role("button", name="Copy the key of billing")
    expect(copy).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="Access key billing is generated.")).to_be_attached()
    # Who comes back is not sent there again.
    page.reload()
    expect(copy).to_be_visible()
    expect(page.locator("body")).to_be_focused()


def test_without_javascript_it_is_on_show(enter: Enter) -> None:
    page = enter(java_script_enabled=False)
    page.goto(GENERATE)
    page.get_by_label("Name", exact=True).fill("billing")
    page.get_by_role("button", name="Generate").click()
    expect(page.get_by_role("button", name="Copy the key of billing")).to_be_hidden()
    expect(page.get_by_role("button", name="Show key of billing")).to_be_focused()
