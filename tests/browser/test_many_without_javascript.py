"""Many access keys at once, in a browser that runs no scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accesskeys import operations
from accesskeys.models import AccessKey, BulkRun
from accesskeys.operations.actors import Actor
from tests.browser.conftest import Enter
from tests.browser.scenes import LIST


@pytest.fixture
def page(enter: Enter) -> Page:
    return enter(java_script_enabled=False)


def generate(number: int) -> None:
    for start in range(0, number, 500):
        wishes = [operations.Wish(f"name_{start + n:04}") for n in range(min(500, number - start))]
        operations.generate_many(wishes=wishes, actor=Actor.for_command())


def choose(page: Page, operation: str) -> None:
    page.locator("#selection summary").click()
    page.locator("#selection").get_by_role("button", name=operation, exact=True).click()


def test_all_that_match_click_by_click(page: Page) -> None:
    generate(1100)
    page.goto(LIST)
    page.get_by_label("All 1,100 that match").check()
    choose(page, "Suspend")
    expect(page.get_by_text("and 1,000 more")).to_be_visible()
    page.get_by_role("button", name="Suspend 1,100 access keys").click()
    expect(page.get_by_text("500 of 1,100 done.")).to_be_visible()
    page.goto(LIST)
    page.get_by_role("main").get_by_role("link", name="Go on or stop").click()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("1,000 of 1,100 done.")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("1,100 access keys are suspended.")).to_be_visible()
    expect(page.get_by_role("button", name="Go on")).to_have_count(0)
    assert AccessKey.objects.suspended().count() == 1100


def test_stopped_half_done(page: Page) -> None:
    generate(501)
    page.goto(LIST)
    page.get_by_label("All 501 that match").check()
    choose(page, "Suspend")
    page.get_by_role("button", name="Suspend 501 access keys").click()
    page.get_by_role("button", name="Stop here").click()
    expect(page.get_by_text("1 access key was left alone.")).to_be_visible()
    page.get_by_role("link", name="Back to the list").click()
    expect(page.get_by_text("Half done")).to_have_count(0)
    assert AccessKey.objects.suspended().count() == 500


def test_label_those_that_are_ticked(page: Page) -> None:
    generate(3)
    page.goto(LIST)
    page.get_by_label("Select name_0001").check()
    choose(page, "Label…")
    page.get_by_role("button", name="Label 1 access key").click()
    expect(page.get_by_text("Name a label to set or one to remove.")).to_be_visible()
    page.get_by_label("Labels to set").fill("team=payments")
    page.get_by_role("button", name="Label 1 access key").click()
    expect(page.get_by_text("1 access key is labelled.")).to_be_visible()
    assert AccessKey.objects.get(labels={"team": "payments"}).name == "name_0001"


def test_nothing_is_done_by_looking(page: Page) -> None:
    generate(1)
    page.goto(LIST)
    choose(page, "Revoke")
    expect(page.get_by_text("Select at least one access key in the list first.")).to_be_visible()
    page.get_by_label("Select name_0000").check()
    choose(page, "Revoke")
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("rowheader")).to_have_text(["name_0000"])
    assert not BulkRun.objects.get().is_confirmed
