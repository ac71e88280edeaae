"""Two keys on one page: each button says which of them it is about, and no state is a dead end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, ViewportSize, expect

from accesskeys import operations
from accesskeys.models import AccessKey, Rotation
from accesskeys.operations.actors import Actor
from tests.browser.conftest import Enter
from tests.factories import AccessKeyFactory, key_of

LIST = "/settings/access-keys/"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}
PHONE = ViewportSize(width=360, height=740)


@pytest.fixture
def billing(live_server: object) -> AccessKey:
    return AccessKeyFactory(name="billing")


def rotate(access_key: AccessKey, **times: timedelta) -> str:
    return operations.rotate(access_key_id=access_key.pk, actor=Actor.for_command(), **times).key


def test_the_buttons_of_both_keys_are_told_apart(enter: Enter, billing: AccessKey) -> None:
    next_key = rotate(billing)
    page = enter(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{LIST}{billing.pk}/")
    for which, key in (("old", key_of(billing)), ("next", next_key)):
        page.get_by_role("button", name=f"Show key of billing (the {which} one)", exact=True).click()
        expect(page.locator(".shown-key", has_text=key)).to_be_visible()
        page.get_by_role("button", name=f"Hide key of billing (the {which} one)", exact=True).click()
        page.get_by_role("button", name=f"Copy the {which} key of billing", exact=True).click()
        page.wait_for_function("key => navigator.clipboard.readText().then((text) => text === key)", arg=key)
    names = page.locator(".key-actions button").all_inner_texts()
    assert len(set(names)) == len(names) == 4


@pytest.mark.parametrize("with_script", [True, False])
def test_a_rotation_whose_next_key_nobody_uses_is_finished(
    enter: Enter, billing: AccessKey, with_script: bool
) -> None:
    rotate(billing, ends_in=timedelta(0))
    page = enter(java_script_enabled=with_script)
    page.goto(f"{LIST}{billing.pk}/")
    page.get_by_role("link", name="Finish rotation").click()
    asked = page.get_by_role("dialog", name="Finish rotation") if with_script else page.locator("main")
    expect(asked).to_contain_text("The old key is refused already.")
    asked.get_by_role("button", name="Finish rotation").click()
    expect(page.get_by_role("link", name="Rotate")).to_be_visible()
    assert not Rotation.objects.exists()


def _all_states(access_key: AccessKey, look: Any) -> None:
    now = timezone.now()
    rows = AccessKey.objects.filter(pk=access_key.pk)
    look()
    rows.update(expires_at=now + timedelta(days=2))
    look()
    rows.update(suspended_at=now)
    look()
    rows.update(created_at=now - timedelta(days=2), expires_at=now - timedelta(days=1))
    look()
    rows.update(suspended_at=None, expires_at=None)
    Rotation.objects.update(ends_at=now)
    look()


@pytest.mark.parametrize(
    "options", [{}, {"viewport": PHONE}, {"color_scheme": "dark"}, {"viewport": PHONE, "locale": "de-DE"}]
)
def test_every_state_is_accessible(enter: Enter, billing: AccessKey, options: dict[str, object]) -> None:
    rotate(billing)
    Rotation.objects.update(old_last_used_at=timezone.now())
    page: Page = enter(**options)
    found: list[Any] = []

    def look() -> None:
        page.goto(f"{LIST}{billing.pk}/?edit=expiry")
        found.extend(Axe().run(page, options=RULES).response["violations"])
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    _all_states(billing, look)
    page.locator("a[href$='/end-old-key/']").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    found.extend(Axe().run(page, options=RULES).response["violations"])
    assert found == []
