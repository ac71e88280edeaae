"""A key is on the screen while it is shown, and nowhere else: not before, not after, not on disk."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import BrowserType, Error, Page, expect
from pytest_django.live_server_helper import LiveServer

from accesskeys.models import AccessKey
from tests.browser.conftest import CONTEXT, Complaints, Enter, add_session
from tests.browser.scenes import AUDIT_LOG, LIST
from tests.browser.secrecy.helpers import times_shown
from tests.factories import OperatorFactory, key_of

SLICE = 12  # characters of a key that nothing may hold


SHOWN_MILLISECONDS = 30_000


STORED = """async () => ({
    local: localStorage.length,
    session: sessionStorage.length,
    databases: (await indexedDB.databases()).length,
    caches: (await caches.keys()).length,
})"""


def slices(key: str) -> Iterator[str]:
    return (key[start : start + SLICE] for start in range(len(key) - SLICE + 1))


def holds(page: Page, access_key: AccessKey) -> bool:
    """Whether any part of the key is in the page, in sight or not."""
    source = page.content() + page.evaluate("document.body.innerText")
    fields = page.evaluate(
        "[...document.querySelectorAll('input, textarea')].map((field) => field.value).join()"
    )
    return any(part in source + fields + page.url for part in slices(key_of(access_key)))


def show(page: Page, access_key: AccessKey) -> None:
    page.get_by_role("button", name="Show key").click()
    expect(page.get_by_text(key_of(access_key), exact=True)).to_be_visible()
    assert holds(page, access_key)


def leave_and_come_back(page: Page) -> None:
    page.goto(AUDIT_LOG)
    page.go_back()


def leave_by_a_link_and_come_back(page: Page) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Audit log").click()
    page.wait_for_url(f"**{AUDIT_LOG}")
    page.go_back()


def sign_out_and_go_back(page: Page) -> None:
    page.get_by_role("banner").locator("summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.parametrize(
    "way",
    [leave_and_come_back, leave_by_a_link_and_come_back, Page.reload, sign_out_and_go_back],
    ids=lambda way: way.__name__,
)
@pytest.mark.parametrize("on", ["details", "list"])
def test_a_shown_key_is_gone(
    on: str, way: Callable[[Page], Any], enter: Enter, access_key: AccessKey, details: str
) -> None:
    page = enter()
    page.goto(details if on == "details" else LIST)
    show(page, access_key)
    way(page)
    expect(page.get_by_role("main")).to_be_visible()
    assert not holds(page, access_key)
    assert times_shown() == 1


def test_a_duplicate_of_the_tab_has_no_key(enter: Enter, access_key: AccessKey, details: str) -> None:
    page = enter()
    page.goto(details)
    show(page, access_key)
    with page.context.expect_page() as opened:
        page.evaluate("window.open(location.href)")
    duplicate = opened.value
    expect(duplicate.get_by_role("button", name="Show key")).to_be_visible()
    assert not holds(duplicate, access_key)
    assert times_shown() == 1


def test_the_key_is_not_in_the_page_until_it_is_shown(
    enter: Enter, access_key: AccessKey, details: str
) -> None:
    page = enter()
    for path in (LIST, details, f"{details}revoke/", AUDIT_LOG):
        page.goto(path)
        assert not holds(page, access_key)
    assert times_shown() == 0


def test_it_hides_after_thirty_seconds(enter: Enter, access_key: AccessKey, details: str) -> None:
    page = enter()
    page.clock.install()
    page.goto(details)
    show(page, access_key)
    page.clock.run_for(SHOWN_MILLISECONDS - 5_000)
    assert holds(page, access_key)
    page.clock.run_for(5_000)
    expect(page.get_by_role("button", name="Show key")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="The key is hidden.")).to_be_attached()
    assert not holds(page, access_key)


def test_it_hides_when_the_tab_is_hidden(enter: Enter, access_key: AccessKey, details: str) -> None:
    page = enter()
    page.goto(details)
    show(page, access_key)
    # Chromium without a window never hides a tab by itself.
    page.evaluate(
        "Object.defineProperty(document, 'hidden', {value: true});"
        "document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))"
    )
    expect(page.get_by_role("button", name="Show key")).to_be_visible()
    assert not holds(page, access_key)


def test_it_hides_on_request(enter: Enter, access_key: AccessKey, details: str) -> None:
    page = enter()
    page.goto(details)
    show(page, access_key)
    page.get_by_role("button", name="Hide key").click()
    expect(page.get_by_role("button", name="Show key")).to_be_visible()
    assert not holds(page, access_key)
    assert times_shown() == 1


def test_nothing_is_stored_in_the_browser(enter: Enter, access_key: AccessKey, details: str) -> None:
    page = enter()
    page.goto(LIST)
    page.get_by_role("searchbox").fill("nothing")
    expect(page.get_by_role("heading", name="No access key matches")).to_be_visible()
    page.go_back()
    show(page, access_key)
    page.goto(details)
    show(page, access_key)
    assert page.evaluate(STORED) == {"local": 0, "session": 0, "databases": 0, "caches": 0}
    for cookie in page.context.cookies():
        assert not any(part in str(cookie) for part in slices(key_of(access_key)))


def test_without_javascript_a_shown_key_is_gone_too(
    enter: Enter, access_key: AccessKey, details: str, complaints: Complaints
) -> None:
    page = enter(java_script_enabled=False)
    page.goto(details)
    with page.expect_response("**/reveal/") as shown:
        page.get_by_role("button", name="Show key").click()
    headers = shown.value.headers
    assert headers["refresh"] == f"30; url={details}"
    assert "no-store" in headers["cache-control"]
    expect(page.get_by_text(key_of(access_key))).to_be_visible()
    page.get_by_role("link", name="Audit log", exact=True).click()
    expect(page.get_by_role("heading", name="Audit log")).to_be_visible()
    with suppress(Error):  # The browser has not kept the page, and asks before it would send the form again.
        page.go_back()
    page.wait_for_url(lambda url: not url.endswith(AUDIT_LOG))
    expect(page.get_by_role("heading", name="Audit log")).to_have_count(0)
    assert key_of(access_key) not in page.locator("body").inner_text()
    assert times_shown() == 1


@pytest.fixture
def lasting(
    browser_type: BrowserType,
    browser_type_launch_args: dict[str, Any],
    live_server: LiveServer,
    operator: User,
) -> Iterator[tuple[Page, Path]]:
    """A page of a browser that keeps its profile on disk and pages for the Back button, as people's do."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        context = browser_type.launch_persistent_context(
            profile,
            **browser_type_launch_args,
            **CONTEXT,
            base_url=live_server.url,
            ignore_default_args=["--disable-back-forward-cache"],
        )
        add_session(context, live_server.url, operator)
        yield context.new_page(), Path(profile)
        context.close()


def test_the_profile_on_disk_holds_nothing_of_a_key(
    lasting: tuple[Page, Path], access_key: AccessKey, details: str
) -> None:
    page, profile = lasting
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(LIST)
    show(page, access_key)
    page.get_by_role("button", name="Hide key").click()
    page.goto(details)
    page.get_by_role("button", name="Copy the key of billing_worker").click()
    expect(page.get_by_role("status").filter(has_text="Copied.")).to_be_attached()
    show(page, access_key)
    leave_by_a_link_and_come_back(page)
    expect(page.get_by_role("button", name="Show key")).to_be_visible()
    assert not holds(page, access_key)
    show(page, access_key)
    page.context.close()

    kept = b"".join(path.read_bytes() for path in profile.rglob("*") if path.is_file())
    assert details.encode() in kept  # What is on disk can be found like this.
    key = key_of(access_key)
    for part in slices(key):
        assert part.encode() not in kept
        assert part.encode("utf-16-le") not in kept


def test_a_session_that_ended_shows_no_key(enter: Enter, access_key: AccessKey, details: str) -> None:
    page = enter()
    page.goto(details)
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Show key").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.url.endswith(f"next={details}")
    assert times_shown() == 0


def test_viewers_are_offered_no_key(enter: Enter, access_key: AccessKey, details: str) -> None:
    page = enter(somebody=OperatorFactory(roles=["Viewers"]))
    for path in (LIST, details):
        page.goto(path)
        expect(page.get_by_role("main").get_by_text("billing_worker").first).to_be_visible()
        for name in ("Show key", "Copy the key"):
            expect(page.get_by_role("button", name=name)).to_have_count(0)
