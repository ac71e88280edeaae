"""The worklist above the list: a click chooses, a second click takes it off, a search leaves it in step."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accesskeys.models import AccessKey
from tests.browser.conftest import Enter
from tests.browser.scenes import LIST
from tests.factories import AccessKeyFactory


@pytest.mark.parametrize("scripts", [True, False])
def test_a_click_chooses_and_a_second_takes_it_off(enter: Enter, scripts: bool) -> None:
    AccessKeyFactory(name="expired", expired=True)
    AccessKeyFactory(name="fresh")
    page = enter(java_script_enabled=scripts)
    page.goto(LIST)
    page.get_by_role("link", name="1 expired").click()
    expect(page.get_by_role("rowheader")).to_have_text(["expired"])
    expect(page.get_by_label("Status")).to_have_value("expired")
    chosen = page.get_by_role("link", name="1 expired")
    expect(chosen).to_have_attribute("aria-current", "true")
    chosen.click()
    expect(page.get_by_role("rowheader")).to_have_count(2)
    expect(page.get_by_role("link", name="1 expired")).not_to_have_attribute("aria-current", "true")


def test_a_search_leaves_it_in_step(enter: Enter) -> None:
    AccessKeyFactory(name="expired", expired=True)
    AccessKeyFactory(name="fresh")
    AccessKey.objects.filter(name="fresh").update(last_used_at=timezone.now() - timedelta(minutes=1))
    page = enter()
    page.goto(f"{LIST}?ordering=name")
    link = page.get_by_role("link", name="1 expired")
    page.get_by_label("Status").select_option("expired")
    expect(page.get_by_role("rowheader")).to_have_count(1)
    expect(link).to_have_attribute("aria-current", "true")
    expect(link).to_have_attribute("href", "?ordering=name")
    page.get_by_label("Status").select_option("")
    expect(page.get_by_role("rowheader")).to_have_count(2)
    expect(link).not_to_have_attribute("aria-current", "true")
    expect(link).to_have_attribute("href", "?status=expired&ordering=name")
