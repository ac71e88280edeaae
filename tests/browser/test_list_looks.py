"""The list at every width: a table where there is room, quiet actions that fingers hit, nothing cut off."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, ViewportSize, expect

from accesskeys import operations
from accesskeys.models import AccessKey, Rotation
from accesskeys.operations.actors import Actor
from tests.browser.conftest import Enter
from tests.browser.scenes import LIST
from tests.browser.test_accessibility import OVERHANG
from tests.factories import AccessKeyFactory

ACTIONS = ".rows :is(.key-actions .button, .cell-action .button)"


def sized(width: int) -> ViewportSize:
    return ViewportSize(width=width, height=800)


def extent(located: Locator) -> tuple[float, float]:
    box = located.bounding_box()
    assert box is not None
    return box["width"], box["height"]


def every_state() -> None:
    """One access key of each standing, with the longest of everything."""
    by = {"actor": Actor.for_command()}
    now = timezone.now()
    long = AccessKeyFactory(
        name="W" * 30,
        scopes=["a_long_name_of_a_scope.of_something:write", "b:c", "d:e", "f:g"],
        owner="The team that looks after the warehouse",
        labels={"team": "warehouse", "env": "production"},
    )
    operations.rotate(access_key_id=long.pk, grace=timedelta(days=1), **by)
    Rotation.objects.update(ends_at=now + timedelta(minutes=30), old_last_used_at=now)
    AccessKeyFactory(name="expired", expired=True)
    AccessKeyFactory(name="soon", expires_at=now + timedelta(days=3))
    operations.suspend(access_key_id=AccessKeyFactory(name="suspended").pk, **by)
    AccessKeyFactory(name="busy_for_months", generated_at=now - timedelta(days=90))
    AccessKey.objects.filter(name="busy_for_months").update(last_used_at=now - timedelta(minutes=44))


@pytest.mark.parametrize("touch", [False, True])
@pytest.mark.parametrize("language", ["en-US", "de-DE", "fr-FR"])
def test_nothing_is_wider_than_the_window_at_any_width(enter: Enter, language: str, touch: bool) -> None:
    every_state()
    page = enter(locale=language, has_touch=touch, is_mobile=touch)
    overhangs = {}
    for width in (320, 360, 767, 768, 1024, 1025, 1153, 1280, 1440, 1680, 1920):
        page.set_viewport_size(sized(width))
        page.goto(LIST)
        overhangs[width] = page.evaluate(OVERHANG)
    assert overhangs == dict.fromkeys(overhangs, 0)


@pytest.mark.parametrize(("width", "display"), [(767, "grid"), (768, "table-row"), (1280, "table-row")])
def test_a_table_from_768_pixels_on(enter: Enter, width: int, display: str) -> None:
    AccessKeyFactory()
    page = enter(viewport=sized(width))
    page.goto(LIST)
    row = page.locator("tbody tr")
    assert row.evaluate("row => getComputedStyle(row).display") == display
    expect(page.get_by_role("columnheader", name="Status")).to_be_visible(visible=display != "grid")


@pytest.mark.parametrize("width", [768, 1280])
def test_with_a_mouse_actions_are_icons_with_names(enter: Enter, width: int) -> None:
    AccessKeyFactory(name="billing")
    page = enter(viewport=sized(width))
    page.goto(LIST)
    for role, name, title in (
        ("button", "Show key of billing", "Show key"),
        ("button", "Copy the key of billing", "Copy"),
        ("link", "Revoke access key billing", "Revoke"),
    ):
        action = page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
        assert min(extent(action)) >= 24
        assert max(extent(action)) <= 32
        expect(action.locator(f'[title="{title}"]')).to_be_visible()
        edge, ground = action.evaluate(
            "action => [getComputedStyle(action).borderColor, getComputedStyle(action).backgroundColor]"
        )
        assert edge == ground == "rgba(0, 0, 0, 0)"


def _words_are_seen(page: Page) -> None:
    for word in ("Show key", "Copy", "Revoke"):
        seen = page.locator(".rows .word").get_by_text(word, exact=True)
        assert extent(seen)[0] > 20


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_on_touch_actions_have_words_and_room_for_fingers(enter: Enter, width: int) -> None:
    AccessKeyFactory()
    page = enter(viewport=sized(width), has_touch=True, is_mobile=True)
    page.goto(LIST)
    actions = page.locator(ACTIONS).all()
    assert len(actions) == 3
    assert all(min(extent(action)) >= 44 for action in actions)
    assert extent(page.locator(".worklist a"))[1] >= 44
    _words_are_seen(page)


def test_cards_have_words_with_a_mouse_as_well(enter: Enter) -> None:
    AccessKeyFactory()
    page = enter(viewport=sized(360))
    page.goto(LIST)
    _words_are_seen(page)


def test_wide_screens_show_scopes_and_owners(enter: Enter) -> None:
    every_state()
    page = enter(viewport=sized(1920))
    page.goto(LIST)
    row = page.get_by_role("row", name="W" * 30)
    assert extent(page.locator("main"))[0] > 1400
    expect(page.get_by_role("columnheader", name="Owner")).to_be_visible()
    expect(row.get_by_text("+2")).to_be_visible()
    expect(row.locator(".facts-owner")).to_be_hidden()
    page.set_viewport_size(sized(1680))
    expect(page.get_by_role("columnheader", name="Scopes")).to_be_visible()
    page.set_viewport_size(sized(1679))
    expect(page.get_by_role("columnheader", name="Scopes")).to_be_hidden()
    expect(row.locator(".facts-owner")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 1440, 1680])
@pytest.mark.parametrize("language", ["en-US", "de-DE", "fr-FR"])
def test_a_time_and_the_dot_of_a_standing_stay_in_one_line(enter: Enter, language: str, width: int) -> None:
    every_state()
    page = enter(locale=language, viewport=sized(width))
    page.goto(LIST)
    heights = [extent(each)[1] for each in page.locator(".rows td time").all()]
    assert heights
    assert max(heights) < 24
    suspended = page.locator(".standing-suspended")
    assert extent(suspended)[1] < 24


def test_facts_have_the_width_of_a_phone(enter: Enter) -> None:
    every_state()
    page = enter(viewport=sized(360))
    page.goto(LIST)
    assert extent(page.locator(".cell-name .hint"))[0] > 250


def test_standings_are_told_apart_without_colours(enter: Enter) -> None:
    every_state()
    page = enter(viewport=sized(1280), forced_colors="active")
    page.goto(LIST)
    words = page.locator(".standing").all_text_contents()
    assert sorted(words) == ["Active", "Expired", "Expires soon", "Old key in use", "Suspended"]
    dots = [
        each.evaluate("each => getComputedStyle(each, '::before').borderColor")
        for each in page.locator(".standing").all()
    ]
    assert "rgba(0, 0, 0, 0)" not in dots
