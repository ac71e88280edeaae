"""Names that hurt, and text that came into the database by another way than the console."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Download, Page, expect

from accesskeys.models import AccessKey, AuditEvent
from tests.browser.conftest import Enter
from tests.browser.scenes import AUDIT_LOG, LIST
from tests.factories import AccessKeyFactory, OperatorFactory, key_of

HURTFUL = ("constructor", "__proto__", "W" * 30)
OVERHANG = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# At most 30 characters, as many as a name's column holds.
HOSTILE = (
    '"><img src=x onerror=ran=1>',
    "<script>ran=1</script>",
    "</title><svg onload=ran=1>",
    "{{ 7 }}{% now 'Y' %}",
    "=1+1&amp;'\"\\u003c",
    "gpj.\u202etxt \u0001\u200b",
)


def downloaded(download: Download) -> str:
    return Path(download.path()).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", HURTFUL)
def test_a_name_that_hurts_breaks_nothing(name: str, enter: Enter) -> None:
    page = enter(viewport={"width": 360, "height": 740})
    page.goto(LIST)
    page.get_by_role("link", name="Generate access key").click()
    field = page.get_by_role("dialog").get_by_label("Name", exact=True)
    field.press_sequentially(name)
    expect(page.get_by_text("This name can be used.")).to_be_visible()
    field.press("Enter")
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    assert page.evaluate(OVERHANG) == 0
    page.get_by_role("button", name=f"Show key of {name}").click()
    expect(page.locator(".shown-key")).to_be_visible()

    page.goto(f"{LIST}?search={name}")
    page.get_by_label(f"Select {name}").check()
    assert page.evaluate(OVERHANG) == 0
    page.locator("#selection summary").click()
    page.locator("#selection").get_by_role("button", name="Revoke").click()
    dialog = page.get_by_role("dialog", name="Revoke 1 access key")
    expect(dialog.get_by_text(name, exact=True)).to_be_visible()
    dialog.get_by_role("textbox").fill("1")
    dialog.get_by_role("button", name="Revoke 1 access key").click()
    expect(page.get_by_role("main").get_by_text("1 access key is revoked.")).to_be_visible()
    assert not AccessKey.objects.exists()

    page.goto(f"{AUDIT_LOG}?access_key={name}")
    expect(page.get_by_role("main").locator(".events summary")).to_have_count(3)
    assert page.evaluate(OVERHANG) == 0


@pytest.fixture
def page(enter: Enter) -> Page:
    """A page of an operator whose own name is hostile as well. Nothing that runs on it goes unnoticed."""
    page = enter(somebody=OperatorFactory(username=HOSTILE[0], roles=["Operators", "Auditors"]))
    page.on("dialog", lambda dialog: pytest.fail(f"A dialog opened: {dialog.message}"))
    return page


def shows(page: Page, *texts: str) -> bool:
    """Whether exactly these texts can be seen, and nothing of them ran."""
    assert page.evaluate("window.ran") is None
    assert page.locator("main img, main svg[onload], dialog img").count() == 0
    source = page.evaluate("document.body.innerText")
    return all(text in source for text in texts)


@pytest.fixture
def hostile(page: Page) -> list[AccessKey]:
    """An access key for each hostile text, and its audit event, with that text wherever there is room for one."""
    access_keys = [AccessKeyFactory() for _ in HOSTILE]
    for access_key, text in zip(access_keys, HOSTILE, strict=True):
        mine = AccessKey.objects.filter(pk=access_key.pk)
        mine.update(name=text, created_by=text, scopes=[text], allowed_networks=[text])
        event: dict[str, Any] = {"access_key_name": text, "actor_label": text, "reason": text}
        AuditEvent.objects.about(access_key.pk).update(**event, details={text: text})
    return access_keys


def test_hostile_text_in_lists_is_shown_as_text(page: Page, hostile: list[AccessKey]) -> None:
    page.goto(LIST)
    assert shows(page, *HOSTILE)
    page.get_by_label("Select all on this page").check()
    page.locator("#selection summary").click()
    page.locator("#selection").get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    listed = page.get_by_role("dialog").get_by_role("listitem").all_inner_texts()
    assert all(any(text in item for item in listed) for text in HOSTILE)
    assert page.evaluate("window.ran") is None

    page.goto(AUDIT_LOG)
    for entry in page.get_by_role("main").locator(".events summary").all():
        entry.click()
    assert shows(page, *HOSTILE)


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_text_in_details_is_shown_as_text(number: int, page: Page, hostile: list[AccessKey]) -> None:
    page.goto(f"{LIST}{hostile[number].pk}/")
    assert shows(page, HOSTILE[number])
    page.get_by_role("link", name="Revoke access key").click()
    expect(page.get_by_role("dialog")).to_contain_text(HOSTILE[number].strip())
    assert shows(page, HOSTILE[number])


def test_hostile_text_in_exports_is_harmless(page: Page, hostile: list[AccessKey]) -> None:
    page.goto(LIST)
    with page.expect_download() as exported:
        page.get_by_role("link", name="Export CSV").click()
    table = downloaded(exported.value)
    names = {row["name"] for row in csv.DictReader(io.StringIO(table, newline=""))}
    assert names == {f"'{text}" if text.startswith("=") else text for text in HOSTILE}
    assert not any(key_of(access_key) in table for access_key in hostile)

    page.goto(AUDIT_LOG)
    with page.expect_download() as exported:
        page.get_by_role("link", name="Export JSON Lines").click()
    events = [json.loads(line) for line in downloaded(exported.value).splitlines()]
    assert {event["access_key_name"] for event in events} == set(HOSTILE)


def test_hostile_text_in_the_address_is_shown_as_text(page: Page) -> None:
    AccessKeyFactory()
    for text in HOSTILE[:3]:
        page.goto(f"{LIST}?search=access")
        page.get_by_role("searchbox").fill(text)
        expect(page.get_by_role("heading", name="No access key matches")).to_be_visible()
        page.reload()
        expect(page.get_by_role("searchbox")).to_have_value(text)
        assert page.evaluate("window.ran") is None
    page.goto(f"{LIST}?status=%3Cimg%20src=x%20onerror=ran=1%3E")
    assert shows(page, "There is no status “<img src=x onerror=ran=1>”")
