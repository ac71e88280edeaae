"""Somebody without an account opens a link that shows a key once."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, Page, Request, ViewportSize, expect

from accesskeys import operations
from accesskeys.models import AccessKey, HandOver
from accesskeys.operations.actors import Actor
from tests.browser.conftest import Complaints, Enter
from tests.factories import AccessKeyFactory, key_of

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}
PHONE = ViewportSize(width=360, height=740)


@pytest.fixture
def billing(live_server: object) -> AccessKey:
    return AccessKeyFactory(name="billing")


@pytest.fixture
def secret(billing: AccessKey) -> str:
    return operations.hand_over(access_key_id=billing.pk, actor=Actor.for_command()).secret


def listen(page: Page) -> list[Request]:
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    return asked


def test_the_link_shows_the_key_once_by_a_button(visit: Enter, billing: AccessKey, secret: str) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    asked = listen(page)
    page.goto(f"/hand-over/#{secret}")
    button = page.get_by_role("button", name="Show the key")
    expect(button).to_be_focused()
    expect(page.get_by_label("Link")).to_be_hidden()
    assert page.evaluate("location.href").endswith("/hand-over/")
    assert secret not in page.content()
    assert HandOver.objects.open().exists()
    page.keyboard.press("Enter")
    expect(page.locator("#handed-over")).to_have_text(key_of(billing))
    page.get_by_role("button", name="Copy").click()
    copied = "key => navigator.clipboard.readText().then((text) => text === key)"
    page.wait_for_function(copied, arg=key_of(billing))
    assert HandOver.objects.get().opened_from == "127.0.0.1"
    assert secret not in page.content()
    # Nothing but the body of the one POST holds the secret, and nobody else is asked.
    assert {request.url.split("/")[2] for request in asked} == {page.url.split("/")[2]}
    assert not any(secret in request.url + repr(request.headers) for request in asked)
    assert [request.method for request in asked if secret in (request.post_data or "")] == ["POST"]


def test_going_back_shows_neither_key_nor_secret(visit: Enter, billing: AccessKey, secret: str) -> None:
    page = visit()
    page.goto(f"/hand-over/#{secret}")
    page.get_by_role("button", name="Show the key").click()
    expect(page.locator("#handed-over")).to_be_visible()
    page.goto("/accounts/login/")
    with pytest.raises(Error, match="ERR_CACHE_MISS"):  # Chromium asks whether to send the form once more.
        page.go_back()
    expect(page.get_by_text(key_of(billing))).to_have_count(0)
    page.goto("/hand-over/")
    expect(page.get_by_label("Link")).to_have_value("")


def test_the_same_link_again_in_the_same_tab_says_that_it_is_over(
    visit: Enter, complaints: Complaints, secret: str
) -> None:
    page = visit()
    for told in ("#handed-over", ".notice-error"):
        page.goto("/hand-over/")
        page.evaluate("(secret) => { location.hash = secret; }", secret)
        page.get_by_role("button", name="Show the key").click()
        expect(page.locator(told)).to_be_visible()
    complaints.allow_status(404)
    expect(page.get_by_role("alert")).to_contain_text("Ask whoever sent it for a new one.")
    expect(page.get_by_label("Link")).to_be_visible()


def test_without_scripts_the_link_is_pasted(visit: Enter, billing: AccessKey, secret: str) -> None:
    page = visit(java_script_enabled=False)
    page.goto(f"/hand-over/#{secret}")
    page.get_by_label("Link").fill(f"http://127.0.0.1:8000/hand-over/#{secret}")
    page.get_by_role("button", name="Show the key").click()
    expect(page.get_by_text(key_of(billing))).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_be_hidden()


@pytest.mark.parametrize("options", [{}, {"viewport": PHONE}, {"color_scheme": "dark"}, {"locale": "de-DE"}])
def test_it_is_accessible(
    visit: Enter, complaints: Complaints, secret: str, options: dict[str, object]
) -> None:
    page = visit(**options)
    found = []

    def look() -> None:
        found.extend(Axe().run(page, options=RULES).response["violations"])
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.goto("/hand-over/")
    look()
    for _ in range(2):
        page.goto("/hand-over/")
        page.evaluate("(secret) => { location.hash = secret; }", secret)
        page.locator("main [type=submit]").click()
        expect(page.locator("#handed-over, .notice-error")).to_be_visible()
        look()
    complaints.allow_status(404)
    assert found == []
