"""Many access keys at once, from the list to what became of them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from accesskeys import operations
from accesskeys.models import AccessKey, AuditEvent, BulkRun
from accesskeys.operations.actors import Actor
from tests.browser.conftest import Enter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIST = "/settings/access-keys/"


def generate(number: int) -> None:
    for start in range(0, number, 500):
        wishes = [operations.Wish(f"name_{start + n:04}") for n in range(min(500, number - start))]
        operations.generate_many(wishes=wishes, actor=Actor.for_command())


def suspended() -> int:
    return AccessKey.objects.suspended().count()


def choose_all(page: Page, number: str) -> None:
    page.get_by_label("Select all on this page").check()
    page.get_by_label(f"All {number} that match").check()
    expect(page.locator("#selection summary")).to_have_text(f"Change all {number} that match")


def test_all_that_match_are_suspended_batch_by_batch(page: Page) -> None:
    generate(1200)
    page.goto(LIST)
    expect(page.get_by_label("All 1,200 that match")).to_be_hidden()
    choose_all(page, "1,200")
    page.locator("#selection summary").click()
    page.get_by_role("button", name="Suspend", exact=True).click()
    dialog = page.get_by_role("dialog", name="Suspend 1,200 access keys")
    expect(dialog.get_by_text("and 1,100 more")).to_be_visible(timeout=30_000)
    dialog.get_by_role("button", name="Suspend 1,200 access keys").click()
    page.wait_for_url("**/many/*/")
    expect(page.get_by_text("Finished.")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("1,200 access keys are suspended.")).to_be_visible(timeout=30_000)
    assert suspended() == 1200
    assert AuditEvent.objects.filter(action="access_key.suspended").count() == 1200
    page.get_by_role("link", name="Back to the list").click()
    expect(page.get_by_role("heading", name="Access keys")).to_be_visible()


def test_the_browser_goes_away_and_another_goes_on(page: Page, enter: Enter) -> None:
    generate(1100)
    # Never answered, rather than failed: of a failure the browser may complain before it goes.
    page.route("**/many/*/", lambda route: None if wants_next(route.request) else route.fallback())
    page.goto(LIST)
    choose_all(page, "1,100")
    page.locator("#selection summary").click()
    page.get_by_role("button", name="Suspend", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Suspend 1,100 access keys").click()
    expect(page.get_by_text("500 of 1,100 done.")).to_be_visible(timeout=30_000)
    address = page.url
    page.close()
    assert suspended() == 500
    other = enter()
    sent: list[str] = []
    other.on("request", lambda request: sent.append(request.method))
    other.goto(address)
    expect(other.get_by_role("button", name="Go on")).to_be_enabled()
    other.wait_for_timeout(1000)  # Time enough to ask for the next batch.
    assert "POST" not in sent
    other.get_by_role("button", name="Go on").click()
    expect(other.get_by_text("1,100 access keys are suspended.")).to_be_visible(timeout=30_000)
    run = BulkRun.objects.get()
    assert (run.done, run.unchanged, suspended()) == (1100, 0, 1100)


def test_stopped_while_it_goes_on(page: Page) -> None:
    generate(1600)
    held: list[Route] = []
    page.route(
        "**/many/*/", lambda route: held.append(route) if wants_next(route.request) else route.fallback()
    )
    page.goto(LIST)
    choose_all(page, "1,600")
    page.locator("#selection summary").click()
    page.get_by_role("button", name="Suspend", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Suspend 1,600 access keys").click()
    expect(page.get_by_text("500 of 1,600 done.")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("button", name="Go on")).to_be_disabled()
    held.pop().continue_()
    expect(page.get_by_text("1,000 of 1,600 done.")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Stop here").click()  # The third batch is asked for and not answered.
    expect(page.get_by_text("at 1,000 of 1,600.")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("600 access keys were left alone.")).to_be_visible()
    expect(page.get_by_role("button", name="Go on")).to_have_count(0)
    page.get_by_role("link", name="Back to the list").click()
    expect(page.get_by_role("heading", name="Access keys")).to_be_visible()
    expect(page.get_by_text("Half done")).to_have_count(0)
    assert suspended() == 1000


def wants_next(request: object) -> bool:
    """Whether the progress page asks for the next batch; the confirmation in the dialog comes from the list."""
    headers = request.headers  # type: ignore[attr-defined]
    return "/many/" in headers.get("hx-current-url", "")


def test_labels_by_keyboard_alone(page: Page) -> None:
    generate(2)
    page.goto(LIST)
    page.get_by_label("Select name_0001").focus()
    page.keyboard.press("Space")
    summary = page.locator("#selection summary")
    expect(summary).to_have_text("Change 1 selected")
    summary.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Label…").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Label 1 access key")
    dialog.get_by_role("button", name="Label 1 access key").click()
    expect(dialog.get_by_text("Name a label to set or one to remove.")).to_be_visible()
    field = dialog.get_by_label("Labels to set")
    expect(field).to_be_focused()
    page.keyboard.type("team=payments")
    dialog.get_by_role("button", name="Label 1 access key").press("Enter")
    expect(page.get_by_text("1 access key is labelled.")).to_be_visible(timeout=30_000)
    assert AccessKey.objects.get(name="name_0001").labels == {"team": "payments"}


def test_closing_the_dialog_keeps_the_ticks(page: Page) -> None:
    generate(2)
    page.goto(LIST)
    page.get_by_label("Select all on this page").check()
    summary = page.locator("#selection summary")
    summary.click()
    page.get_by_role("button", name="Suspend", exact=True).click()
    page.get_by_role("dialog").get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(summary).to_have_text("Change 2 selected")
    expect(page.get_by_role("button", name="Suspend", exact=True)).to_be_hidden()
    assert suspended() == 0
