"""A key that is pasted where something else belongs leaves the browser only to be found, and then by POST."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, expect

from accesskeys.models import AccessKey, AuditEvent
from tests.browser.conftest import Enter
from tests.browser.scenes import AUDIT_LOG, GENERATE, LIST
from tests.factories import AccessKeyFactory, OperatorFactory, key_of
from tests.helpers import holds_part_of

OFFER = "Find the access key that it belongs to"
NOTICE = "There was a key in the address."


class Listener(list[str]):
    """What the browser sends."""

    def listen(self, page: Page) -> None:
        page.on("request", self.hear)

    def hear(self, request: Request) -> None:
        self.append(f"{request.method} {request.url} {request.headers} {request.post_data or ''}")

    def hold(self, key: str) -> list[str]:
        return [sent for sent in self if holds_part_of(key, sent)]


@pytest.fixture
def billing() -> AccessKey:
    return AccessKeyFactory(name="billing")


@pytest.fixture
def sent() -> Listener:
    return Listener()


@pytest.fixture
def page(enter: Enter, sent: Listener, billing: AccessKey) -> Page:
    page = enter()
    sent.listen(page)
    return page


def nowhere_in(page: Page, key: str) -> None:
    assert not holds_part_of(key, page.content())
    assert not holds_part_of(key, page.url)
    assert page.evaluate("Object.keys(localStorage).length + Object.keys(sessionStorage).length") == 0


@pytest.mark.parametrize("pasted", ["{}", " Bearer {} ", "“{}”"])
def test_search(page: Page, sent: Listener, billing: AccessKey, pasted: str) -> None:
    key = key_of(billing)
    page.goto(LIST)
    page.wait_for_load_state("networkidle")
    sent.clear()
    search = page.get_by_role("searchbox")
    search.fill(pasted.format(key))
    expect(search).to_have_value("")
    offer = page.get_by_role("main").get_by_role("button", name=OFFER)
    expect(offer).to_be_visible()
    search.press("Enter")
    page.wait_for_timeout(600)
    assert not sent.hold(key)
    nowhere_in(page, key)
    offer.click()
    expect(page.get_by_role("heading", name="billing")).to_be_visible()
    assert [line.split()[0] for line in sent.hold(key)] == ["POST"]
    nowhere_in(page, key)
    assert AuditEvent.objects.filter(action="access_key.found", outcome="succeeded").count() == 1


def test_typing_on_takes_the_offer_back(page: Page, sent: Listener, billing: AccessKey) -> None:
    page.goto(LIST)
    search = page.get_by_role("searchbox")
    search.fill("bil")
    expect(page).to_have_url(re.compile("search=bil$"))
    search.fill(f"bil{key_of(billing)}")
    expect(page.get_by_role("button", name=OFFER)).to_be_visible()
    expect(page).to_have_url(re.compile(f"{LIST}$"))  # What "bil" found is not what an empty field finds.
    search.fill("nothing")
    expect(page.get_by_role("button", name=OFFER)).to_have_count(0)
    expect(page.get_by_role("heading", name="No access key matches")).to_be_visible()
    page.get_by_role("link", name="Find by key").click()
    expect(page.get_by_label("Key", exact=True)).to_be_focused()
    assert not sent.hold(key_of(billing))


def _audit_log(page: Page) -> str:
    page.goto(AUDIT_LOG)
    return "Actor"


def _access_key_of_the_log(page: Page) -> str:
    page.goto(AUDIT_LOG)
    return "Access key name or ID"


def _name(page: Page) -> str:
    page.goto(LIST)
    page.get_by_role("link", name="Generate access key").click()
    return "Name"


def _own_scopes(page: Page) -> str:
    page.goto(GENERATE)
    return "Scopes of your own"


def _another_name(page: Page) -> str:
    page.goto(f"{LIST}{AccessKey.objects.get().pk}/")
    return "Name"


def _networks(page: Page) -> str:
    page.goto(f"{LIST}{AccessKey.objects.get().pk}/?edit=limits")
    return "Allowed networks"


@pytest.mark.parametrize(
    "place", [_audit_log, _access_key_of_the_log, _name, _own_scopes, _another_name, _networks]
)
def test_other_fields(page: Page, sent: Listener, billing: AccessKey, place: Callable[[Page], str]) -> None:
    field = page.get_by_label(place(page), exact=True)
    expect(field).to_be_visible()
    field.fill(key_of(billing))
    expect(field).to_have_value("")
    expect(page.get_by_role("button", name=OFFER)).to_be_visible()
    page.wait_for_timeout(600)
    assert not sent.hold(key_of(billing))
    nowhere_in(page, key_of(billing))
    page.on("dialog", lambda dialog: dialog.accept())  # Of a page that is left with something unsaved.
    page.get_by_role("button", name=OFFER).click()
    expect(page.get_by_role("heading", name="billing")).to_be_visible()


def test_a_key_of_nothing(page: Page, billing: AccessKey) -> None:
    key = key_of(billing)
    AccessKey.objects.all().delete()
    AccessKeyFactory(name="other")
    page.goto(LIST)
    page.get_by_role("searchbox").fill(key)
    page.get_by_role("button", name=OFFER).click()
    expect(page.get_by_text("It was probably revoked.")).to_be_visible()
    expect(page.get_by_label("Key", exact=True)).to_have_value("")
    nowhere_in(page, key)


def test_the_sign_in_page(visit: Enter, sent: Listener, billing: AccessKey) -> None:
    page = visit()
    sent.listen(page)
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill(key_of(billing))
    expect(page.get_by_label("Username")).to_have_value("")
    expect(
        page.get_by_role("alert").filter(has_text="That is a key. It does not belong here.")
    ).to_be_visible()
    assert not sent.hold(key_of(billing))


def test_an_auditor_is_not_offered_it(enter: Enter, sent: Listener, billing: AccessKey) -> None:
    page = enter(somebody=OperatorFactory(roles=["Auditors"]))
    sent.listen(page)
    page.goto(AUDIT_LOG)
    page.get_by_label("Actor").fill(key_of(billing))
    expect(page.get_by_role("alert").filter(has_text="It does not belong here.")).to_be_visible()
    expect(page.get_by_role("button", name=OFFER)).to_have_count(0)
    page.wait_for_timeout(600)
    assert not sent.hold(key_of(billing))


class TestWithoutJavaScript:
    @pytest.fixture
    def page(self, enter: Enter, billing: AccessKey) -> Page:
        page = enter(java_script_enabled=False)
        page.goto(LIST)
        return page

    def test_a_search_leads_away(self, page: Page, billing: AccessKey) -> None:
        page.get_by_role("searchbox").fill(key_of(billing))
        page.get_by_role("button", name="Search").click()
        expect(page.get_by_text(NOTICE)).to_be_visible()
        expect(page).to_have_url(re.compile(rf"{LIST}\?status=&ordering=-created_at&label=&scope=&owner=$"))
        assert not holds_part_of(key_of(billing), page.content())
        page.reload()
        expect(page.get_by_text(NOTICE)).to_have_count(0)

    def test_find(self, page: Page, billing: AccessKey) -> None:
        page.get_by_role("link", name="Find by key").click()
        page.get_by_label("Key", exact=True).fill(f" {key_of(billing)} ")
        page.get_by_role("button", name="Find access key").click()
        expect(page.get_by_role("heading", name="billing")).to_be_visible()


@pytest.mark.parametrize(("address", "field"), [(LIST, "search"), (AUDIT_LOG, "actor"), (GENERATE, "name")])
def test_a_key_that_comes_one_character_at_a_time(
    page: Page, sent: Listener, billing: AccessKey, address: str, field: str
) -> None:
    """As scanners and password managers type."""
    key = key_of(billing)
    page.goto(address)
    page.focus(f"main [name={field}]")
    page.keyboard.type(key, delay=5)
    expect(page.locator(f"main [name={field}]")).to_have_value("")
    page.wait_for_timeout(500)  # Longer than the search waits.
    assert sent.hold(key) == []
    nowhere_in(page, key)
    page.get_by_role("button", name=OFFER).click()
    expect(page).to_have_url(re.compile(str(billing.pk)))


def test_after_a_key_everything_else_is_typed_as_ever(page: Page, billing: AccessKey) -> None:
    page.goto(GENERATE)
    page.focus("main [name=name]")
    page.keyboard.type(key_of(billing), delay=5)
    page.keyboard.type("other", delay=5)
    expect(page.locator("main [name=name]")).to_have_value("other")
