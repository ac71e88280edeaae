"""The list: rows, filters, orders, pages, files."""

from __future__ import annotations

import re
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import Page, expect

from accesskeys.models import AccessKey
from tests.browser.flows.helpers import rows, three
from tests.browser.scenes import LIST
from tests.factories import AccessKeyFactory


def test_a_click_on_a_row_opens_it_and_with_a_key_held_does_not(page: Page) -> None:
    alpha = three()[0]
    page.reload()
    cell = page.get_by_role("row", name="alpha").get_by_text("just now")
    cell.click(modifiers=["Control"])
    cell.click(modifiers=["Shift"])
    expect(page).to_have_url(re.compile(f"{LIST}$"))
    cell.click()
    page.wait_for_url(f"**{LIST}{alpha.pk}/")


def test_filter_and_sort(page: Page) -> None:
    three()
    AccessKeyFactory(name="expired", expired=True)
    AccessKey.objects.filter(name="gamma").update(last_used_at=timezone.now())
    page.reload()
    page.get_by_label("Status").select_option("Expired")
    rows(page, "expired")
    page.get_by_label("Status").select_option("Never used")
    rows(page, "beta", "alpha", "expired")
    head = page.get_by_role("columnheader", name="Name")
    head.get_by_role("link").click()
    rows(page, "alpha", "beta", "expired")
    expect(head).to_have_attribute("aria-sort", "ascending")
    head.get_by_role("link").click()
    rows(page, "expired", "beta", "alpha")
    expect(head).to_have_attribute("aria-sort", "descending")
    page.set_viewport_size({"width": 360, "height": 740})  # Cards have no heads.
    expect(page.get_by_label("Sort")).to_have_value("-name")
    page.get_by_label("Sort").select_option("Name, A to Z")
    rows(page, "alpha", "beta", "expired")
    expect(page).to_have_url(re.compile(r"status=never_used"))


def test_pages(page: Page) -> None:
    for number in range(27):
        AccessKeyFactory(name=f"key_{number:02}")
    page.goto(f"{LIST}?ordering=name")
    expect(page.get_by_text("27 access keys")).to_be_visible()
    page.get_by_role("link", name="Page 2").click()
    rows(page, "key_25", "key_26")
    expect(page).to_have_url(re.compile("page=2"))
    page.get_by_role("navigation", name="Per page").get_by_role("link", name="50").click()
    expect(page.get_by_role("rowheader")).to_have_count(27)
    page.goto(LIST)  # The choice is remembered.
    expect(page.get_by_role("rowheader")).to_have_count(27)


def test_export_what_the_filter_shows(page: Page) -> None:
    three()
    page.reload()
    page.get_by_role("searchbox").fill("beta")
    rows(page, "beta")
    with page.expect_download() as exported:
        page.get_by_role("link", name="Export CSV").click()
    text = Path(exported.value.path()).read_text(encoding="utf-8")
    assert "beta" in text
    assert "alpha" not in text
    assert "ica_" not in text
