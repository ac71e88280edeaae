"""What an operator works with stays where it is, and all of it can be seen, on a phone too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, expect

from accesskeys import operations
from tests.browser.conftest import Enter
from tests.browser.scenes import GENERATE, LIST
from tests.browser.test_every_page import PHONE
from tests.factories import AccessKeyFactory, OperatorFactory, proven

DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
LANGUAGES = ("en-US", "de-DE", "fr-FR")
# What is typed, and the class of what the page says about it.
NAMES: Mapping[str, str] = {
    "two words": ".errors",
    "taken": ".errors",
    "W" * 30: ".ok",
    "W" * 31: ".errors",
    "free": ".ok",
}
TOO_WIDE = "(field) => field.scrollWidth - field.clientWidth"


def box(element: Locator) -> Any:
    found = element.bounding_box()
    assert found
    return found


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_generate_button_does_not_move_while_a_name_is_typed(
    enter: Enter, language: str, screen: dict[str, Any]
) -> None:
    AccessKeyFactory(name="taken")
    page = enter(locale=language, **screen)
    page.goto(LIST)
    page.locator(".page-head .button.primary").click()
    dialog = page.get_by_role("dialog")
    name, button = dialog.locator("[name=name]"), dialog.locator("[type=submit].primary")
    expect(button).to_be_visible()
    places = {"": box(button)}
    for typed, kind in NAMES.items():
        name.fill(typed)
        expect(dialog.locator(f"#name-check > {kind}")).to_be_visible()
        expect(dialog.locator("#name-check > *")).to_have_count(1)
        places[typed] = box(button)
    name.fill("")
    expect(dialog.locator("#name-check > .errors")).to_be_visible()
    places["nothing any more"] = box(button)
    with page.expect_response(lambda response: response.request.method == "POST"):
        button.click()  # The same answer, from the form itself.
    expect(name).to_be_focused()
    places["submitted"] = box(button)
    # Less than half a pixel is a rounding, and nobody sees it.
    assert places == {when: pytest.approx(places[""], abs=0.49) for when in places}


@pytest.mark.parametrize("touch", [True, False])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_name_fits_into_its_field(enter: Enter, language: str, touch: bool) -> None:
    longest = AccessKeyFactory(name="W" * 30)
    page = enter(locale=language, viewport=PHONE["viewport"], has_touch=touch, is_mobile=touch)
    page.goto(f"{LIST}{longest.pk}/")
    assert page.locator("[name=name]").evaluate(TOO_WIDE) <= 0
    page.goto(GENERATE)
    page.locator("[name=name]").fill("W" * 30)
    assert page.locator("[name=name]").evaluate(TOO_WIDE) <= 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_buttons_under_the_heading_fill_their_rows(enter: Enter, language: str) -> None:
    access_key = AccessKeyFactory()
    page = enter(locale=language, **PHONE)
    page.goto(f"{LIST}{access_key.pk}/")
    head = box(page.locator(".page-head"))
    rows: dict[float, list[Any]] = {}
    for button in page.locator(".page-head .button").all():
        place = box(button)
        rows.setdefault(place["y"], []).append(place)
    for row in rows.values():
        assert min(place["x"] for place in row) == pytest.approx(head["x"], abs=0.5)
        right = max(place["x"] + place["width"] for place in row)
        assert right == pytest.approx(head["x"] + head["width"], abs=0.5)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_known_of_an_access_key_stays_within_its_card(enter: Enter, language: str) -> None:
    soon = AccessKeyFactory(name="W" * 30, expires_at=timezone.now() + timedelta(hours=20))
    somebody = OperatorFactory(username="W" * 60, roles=["Operators"])
    operations.suspend(access_key_id=soon.pk, actor=proven(somebody, address=None))
    page = enter(locale=language, **DESK)
    page.goto(f"{LIST}{soon.pk}/")
    for width in (1280, 1160, 900, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.locator(".column-side").evaluate(TOO_WIDE) <= 0, width
