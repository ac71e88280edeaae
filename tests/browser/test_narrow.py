"""The console on a phone, where the longer words of German and French have to fit as well."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import Complaints, Enter
from tests.browser.scenes import AUDIT_LOG, GENERATE, LIST
from tests.browser.test_accessibility import OVERHANG
from tests.factories import AccessKeyFactory, OperatorFactory, key_of

PHONE = ViewportSize(width=360, height=740)
DESK = ViewportSize(width=1280, height=800)
LANGUAGES = ("de-DE", "fr-FR")
ADDRESSES: Mapping[str, str] = {
    "list": LIST,
    "details of an expired access key": f"{LIST}{{pk}}/",
    "revoke page": f"{LIST}{{pk}}/revoke/",
    "bulk revoke page": f"{LIST}revoke/?id={{pk}}",
    "generate page": GENERATE,
    "audit log": AUDIT_LOG,
    "audit log of one actor": f"{AUDIT_LOG}?actor=command",
    "API documentation": "/api/v1/docs/",
    "not found": "/nowhere/",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_wider_than_the_window_in_any_language(
    enter: Enter, complaints: Complaints, language: str
) -> None:
    expired = AccessKeyFactory(name="W" * 30, expired=True)
    page = enter(locale=language, viewport=PHONE)
    overhangs = {}
    for name, address in ADDRESSES.items():
        page.goto(address.format(pk=expired.pk))
        assert page.locator("html").get_attribute("lang") == language[:2]
        overhangs[name] = page.evaluate(OVERHANG)
    complaints.allow_status(404)
    assert overhangs == dict.fromkeys(ADDRESSES, 0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_over_a_value_in_the_list_is_one_line(enter: Enter, language: str) -> None:
    AccessKeyFactory()
    page = enter(locale=language, viewport=PHONE)
    page.goto(LIST)
    tops = [value.bounding_box() for value in page.locator("td[data-label] > span:first-child").all()]
    labels = [cell.bounding_box() for cell in page.locator("td[data-label]").all()]
    assert [value["y"] - label["y"] < 24 for value, label in zip(tops, labels, strict=True)] == [True] * 4


def _edges(page: Page, selector: str) -> tuple[float, float]:
    """Where it begins and ends, from top to bottom."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["y"], box["y"] + box["height"]


def test_no_language_lies_over_the_text_of_a_bare_page(enter: Enter) -> None:
    page = enter(viewport=ViewportSize(width=360, height=320))
    page.context.clear_cookies()
    page.goto(LIST)
    page.get_by_role("button", name="Sign in").scroll_into_view_if_needed()
    assert page.evaluate("scrollY") > 0
    assert _edges(page, ".bare-corner")[1] <= _edges(page, "main")[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_wrong_stands_above_the_foot_of_a_dialog(enter: Enter, language: str) -> None:
    AccessKeyFactory.create_batch(5)
    page = enter(locale=language, viewport=PHONE)
    page.goto(LIST)
    page.locator("[data-select-all]").check()
    page.locator("#selection summary").click()
    page.locator("#selection [value=revoke]").click()
    typed = page.locator("#dialog input[type=text]")
    typed.fill("4")
    page.locator("#dialog .dialog-foot [type=submit]").click()
    expect(typed).to_have_attribute("aria-invalid", "true")
    expect(typed).to_be_focused()
    assert _edges(page, "#dialog .errors")[1] <= _edges(page, "#dialog .dialog-foot")[0]


def test_a_message_keeps_away_from_the_breadcrumb(enter: Enter) -> None:
    page = enter(viewport=PHONE)
    page.goto(f"{LIST}?search={key_of(AccessKeyFactory())}")
    assert _edges(page, "main > .notice-warning:not([hidden])")[0] - _edges(page, ".breadcrumb")[1] >= 12


@pytest.mark.parametrize("scripts", [True, False])
def test_the_filters_of_the_audit_log_fold_away(enter: Enter, scripts: bool) -> None:
    AccessKeyFactory()
    page = enter(viewport=PHONE, java_script_enabled=scripts)
    page.goto(AUDIT_LOG)
    actor = page.get_by_label("Actor")
    expect(actor).to_be_hidden()
    page.get_by_text("Filters").click()
    expect(actor).to_be_visible()
    if not scripts:
        actor.fill("nobody")
        page.get_by_role("button", name="Filter").click()
        expect(page.get_by_role("heading", name="No entry matches")).to_be_visible()


@pytest.mark.parametrize("query", ["actor=nobody", "since=yesterday"])
def test_filters_that_hold_something_are_open(enter: Enter, query: str) -> None:
    AccessKeyFactory()
    page = enter(viewport=PHONE)
    page.goto(f"{AUDIT_LOG}?{query}")
    expect(page.get_by_label("Actor")).to_be_visible()


def test_filters_are_always_open_where_there_is_room(enter: Enter) -> None:
    AccessKeyFactory()
    page = enter(viewport=DESK)
    page.goto(AUDIT_LOG)
    expect(page.get_by_text("Filters")).to_be_hidden()
    page.get_by_label("Actor").fill("nobody")
    expect(page.get_by_role("heading", name="No entry matches")).to_be_visible()


def test_who_may_not_show_keys_sees_that_there_are_some(enter: Enter) -> None:
    hint = key_of(AccessKeyFactory())[-4:]
    page = enter(somebody=OperatorFactory(roles=["Viewers"]), viewport=DESK)
    page.goto(LIST)
    expect(page.get_by_role("columnheader", name="Key", exact=True)).to_be_visible()
    expect(page.get_by_text(f"ica_…{hint}")).to_be_visible()
