"""Searching as one types."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from accesskeys.console.views.list import AccessKeyListPage
from tests.browser.conftest import Complaints
from tests.browser.flows.helpers import failing, rows, three
from tests.browser.scenes import AUDIT_LOG, LIST


def test_search_as_one_types(page: Page) -> None:
    three()
    page.reload()
    search = page.get_by_role("searchbox")
    search.press_sequentially("bet")
    rows(page, "beta")
    expect(page).to_have_url(re.compile(r"\?search=bet$"))
    expect(page.get_by_role("status").filter(has_text="1 access key")).to_be_attached()
    expect(search).to_be_focused()
    page.reload()  # The address can be shared.
    rows(page, "beta")
    search.fill("nothing")
    expect(page.get_by_role("heading", name="No access key matches")).to_be_visible()
    page.go_back()
    rows(page, "beta")
    expect(search).to_have_value("bet")


@pytest.mark.parametrize("path", [LIST, AUDIT_LOG])
def test_what_was_found_stays_when_the_focus_leaves_the_search(path: str, page: Page) -> None:
    three()
    page.goto(path)
    if path == LIST:
        page.get_by_role("searchbox").press_sequentially("beta")
        rows(page, "beta")
    else:
        page.get_by_label("Access key name or ID").press_sequentially("beta")
        expect(page.get_by_role("main").locator(".events summary")).to_have_count(1)
    expect(page.get_by_role("status").filter(has_text=re.compile("^1 "))).to_be_attached()
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    if path == LIST:
        page.get_by_label("Select beta").check()
        expect(page.locator("#selection summary")).to_have_text("Change 1 selected")
    else:
        page.get_by_role("main").locator(".events summary").click()
        expect(page.get_by_text("access_key.generated")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert asked == []


def test_a_search_that_failed_is_repeated_by_typing_on(
    page: Page, complaints: Complaints, monkeypatch: pytest.MonkeyPatch
) -> None:
    three()
    page.reload()
    search = page.get_by_role("searchbox")
    with monkeypatch.context() as broken:
        broken.setattr(AccessKeyListPage, "get", failing)
        search.fill("bet")
        problem = page.locator("#results").get_by_role("alert")
        expect(problem).to_contain_text("Something went wrong on our side.")
    expect(problem.get_by_role("link", name="Try again")).to_have_attribute("href", f"{LIST}?search=bet")
    search.fill("beta")
    rows(page, "beta")
    page.route("**/*search=alpha", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    search.fill("alpha")
    expect(page.get_by_role("alert").filter(has_text="The server cannot be reached.")).to_be_visible()
    rows(page, "beta")
    complaints.allow_status(500)
    complaints.allow_status(502)


def test_sorting_what_is_being_searched_for(page: Page) -> None:
    three()
    page.reload()
    held: list[Route] = []
    page.route("**/*search=mma", lambda route: held.append(route), times=1)
    with page.expect_request("**/*search=mma"):
        page.get_by_role("searchbox").fill("mma")
    head = page.get_by_role("columnheader", name="Name")
    head.get_by_role("link").click()
    held[0].continue_()
    expect(head).to_have_attribute("aria-sort", "ascending")
    rows(page, "gamma")
    expect(page).to_have_url(re.compile(r"\?search=mma&ordering=name$"))
    expect(page.get_by_label("Sort")).to_have_value("name")
    expect(head.get_by_role("link")).to_be_focused()


def test_search_for_an_id(page: Page) -> None:
    beta = three()[1]
    page.reload()
    page.get_by_role("searchbox").fill(str(beta.pk))
    rows(page, "beta")
