"""Copying a key without showing it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from accesskeys.models import AccessKey
from tests.browser.conftest import Complaints, Enter
from tests.browser.scenes import LIST
from tests.browser.secrecy.helpers import times_copied, times_shown
from tests.factories import key_of

# Notes whether a key is in the page at any moment, however short.
WATCH = """() => {
    window.seen = false;
    const look = () => { window.seen ||= /ica_\\w/.test(document.documentElement.outerHTML); };
    look();
    new MutationObserver(look).observe(document, {
        subtree: true, childList: true, characterData: true, attributes: true });
}"""


@pytest.mark.parametrize("on", ["details", "list"])
def test_copy_copies_without_showing(on: str, enter: Enter, access_key: AccessKey, details: str) -> None:
    page = enter(permissions=["clipboard-read", "clipboard-write"])
    page.goto(details if on == "details" else LIST)
    page.evaluate(WATCH)
    page.get_by_role("button", name="Copy the key of billing_worker").click()
    expect(page.get_by_role("status").filter(has_text="Copied.")).to_be_attached()
    assert page.evaluate("navigator.clipboard.readText()") == key_of(access_key)
    assert page.evaluate("window.seen") is False
    assert (times_copied(), times_shown()) == (1, 0)


def test_where_copying_is_not_allowed_the_text_is_selected(
    enter: Enter, access_key: AccessKey, details: str
) -> None:
    page = enter()
    # As browsers do where the console is reached over plain http.
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.goto(details)
    page.get_by_role("button", name="Copy the key of billing_worker").click()
    expect(page.get_by_role("alert").filter(has_text="The text is selected")).to_be_visible()
    assert page.evaluate("getSelection().toString().trim()") == key_of(access_key)


def test_copy_says_why_it_fails(
    enter: Enter, access_key: AccessKey, details: str, complaints: Complaints
) -> None:
    AccessKey.objects.update(sealed=b"?" * 84)
    page = enter(permissions=["clipboard-read", "clipboard-write"])
    page.goto(details)
    page.evaluate("navigator.clipboard.writeText('before')")
    page.get_by_role("button", name="Copy the key of billing_worker").click()
    expect(page.locator("#toast")).not_to_be_empty()
    assert page.evaluate("navigator.clipboard.readText()") == "before"
    complaints.allow_status(503)
