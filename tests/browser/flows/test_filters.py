"""Narrowing the list by label, scope and owner: folded away until it is wanted, and taken off one by one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from accesskeys import operations
from accesskeys.operations.actors import Actor
from tests.browser.conftest import Enter
from tests.browser.flows.helpers import rows, three
from tests.browser.scenes import LIST
from tests.browser.test_accessibility import OVERHANG, faults
from tests.factories import AccessKeyFactory

LONG = "W" * 60
NARROWED = f"{LIST}?label=team%3D{LONG}&owner={LONG}&scope={'w' * 90}"


def described() -> None:
    """Three access keys, of which two are of one team, and one has as much to say as it may."""
    alpha, beta, gamma = three()
    by = Actor.for_command()
    operations.describe(access_key_id=alpha.pk, actor=by, owner="Ada", labels={"team": "payments"})
    operations.describe(access_key_id=beta.pk, actor=by, owner="Ödön", labels={"team": "payments"})
    operations.describe(access_key_id=gamma.pk, actor=by, owner=150 * "W", labels={"team": LONG})


def test_they_narrow_as_one_types_and_are_taken_off_one_by_one(page: Page) -> None:
    described()
    page.goto(f"{LIST}?ordering=name")
    label = page.get_by_label("Label", exact=True)
    expect(label).to_be_hidden()
    page.locator("summary", has_text="Filters").click()
    label.fill("team=payments")
    rows(page, "alpha Ada · team=payments", "beta Ödön · team=payments")
    page.get_by_label("Owner", exact=True).fill("ödö")
    rows(page, "beta Ödön · team=payments")
    expect(page.get_by_label("Owner", exact=True)).to_be_focused()
    expect(page).to_have_url(re.compile(r"ordering=name&label=team%3Dpayments&owner=%C3%B6d%C3%B6$"))
    page.get_by_role("link", name="Remove filter Label team=payments").click()
    rows(page, "beta Ödön · team=payments")
    expect(page).to_have_url(re.compile(r"\?owner=%C3%B6d%C3%B6&ordering=name$"))
    expect(label).to_be_hidden()
    page.get_by_role("link", name="Remove filter Owner ödö").click()
    expect(page.get_by_role("rowheader")).to_have_count(3)
    expect(page).to_have_url(re.compile(r"\?ordering=name$"))


def test_sorting_keeps_them(page: Page) -> None:
    described()
    page.goto(f"{LIST}?label=team%3Dpayments")
    page.get_by_role("columnheader", name="Name").get_by_role("link").click()
    rows(page, "alpha Ada · team=payments", "beta Ödön · team=payments")
    expect(page).to_have_url(re.compile(r"ordering=name&label=team%3Dpayments$"))


def test_by_keyboard_alone(page: Page) -> None:
    described()
    page.goto(LIST)
    page.locator("#filter summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("team=payments")
    expect(page.get_by_role("rowheader")).to_have_count(2)
    page.keyboard.press("Tab")
    page.keyboard.type("nothing")
    expect(page.get_by_text("No access key has the scope “nothing”.")).to_be_visible()
    page.get_by_role("link", name="Remove filter Scope nothing").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("rowheader")).to_have_count(2)


def test_without_javascript(enter: Enter) -> None:
    described()
    page = enter(java_script_enabled=False)
    page.goto(LIST)
    page.locator("#filter summary").click()
    page.get_by_label("Owner", exact=True).fill("ada")
    page.get_by_role("button", name="Search").click()
    rows(page, "alpha Ada · team=payments")
    page.get_by_role("link", name="Remove filter Owner ada").click()
    expect(page.get_by_role("rowheader")).to_have_count(3)


@pytest.mark.parametrize("address", [NARROWED, f"{LIST}?label=team", f"{LIST}?label=Team&owner={LONG}"])
@pytest.mark.parametrize("language", ["en-US", "de-DE", "fr-FR"])
def test_nothing_is_out_of_place(enter: Enter, address: str, language: str) -> None:
    described()
    AccessKeyFactory(name="W" * 30)
    page = enter(locale=language, viewport=ViewportSize(width=360, height=740))
    page.goto(address)
    assert page.evaluate(OVERHANG) == 0
    summary = page.locator("#filter summary")
    if not page.locator("#filter details[open]").count():
        summary.click()
    assert page.evaluate(OVERHANG) == 0
    assert language != "en-US" or faults(page) == []


@pytest.mark.parametrize("language", ["en-US", "de-DE", "fr-FR"])
@pytest.mark.parametrize("width", [1280, 1024, 360])
def test_facts_under_a_name_take_one_line_and_make_no_table_wider(
    enter: Enter, language: str, width: int
) -> None:
    described()
    page = enter(locale=language, viewport=ViewportSize(width=width, height=740))
    page.goto(f"{LIST}?label=team")
    heights = [line.bounding_box() for line in page.locator(".cell-name div").all()]
    assert [box is not None and box["height"] < 24 for box in heights] == [True] * 3
    table, content = page.locator("table").bounding_box(), page.locator("#results").bounding_box()
    assert table is not None
    assert content is not None
    assert table["width"] <= content["width"]
