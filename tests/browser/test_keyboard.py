"""Everything with the keyboard alone, and the focus always visible."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from accesskeys import verification
from accesskeys.models import AccessKey
from tests.browser.conftest import PASSWORD, Enter
from tests.browser.scenes import LIST
from tests.factories import AccessKeyFactory, OperatorFactory

MOST_STEPS = 60
HAS_FOCUS = "element => element === document.activeElement"
SHOWS_FOCUS = """element => {
    const shown = (style) => style.outlineStyle !== "none" || style.boxShadow !== "none";
    const around = element.parentElement;
    return shown(getComputedStyle(element)) || shown(getComputedStyle(around));
}"""


def reach(target: Locator) -> Locator:
    """Press Tab until the target has the focus, and shows it."""
    keyboard = target.page.keyboard
    for _ in range(MOST_STEPS):
        if target.evaluate(HAS_FOCUS):
            assert target.evaluate(SHOWS_FOCUS), "The focus cannot be seen."
            return target
        keyboard.press("Tab")
    raise AssertionError(f"{target} is not reached by the Tab key.")


def test_from_sign_in_to_revoke(visit: Enter) -> None:
    OperatorFactory(username="ada", password=PASSWORD, roles=["Operators"])
    page = visit()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    keyboard = page.keyboard

    page.goto("/")
    expect(page.get_by_label("Username")).to_be_focused()
    keyboard.type("ada")
    reach(page.get_by_label("Password"))
    keyboard.type(PASSWORD)
    keyboard.press("Enter")
    page.wait_for_url(f"**{LIST}")

    reach(page.get_by_role("link", name="Generate access key")).press("Enter")
    name = page.get_by_role("dialog").get_by_label("Name", exact=True)
    expect(name).to_be_focused()
    keyboard.type("billing")
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name="billing", exact=True)).to_be_visible()

    reach(page.get_by_role("button", name="Copy the key of billing")).press("Enter")
    expect(page.get_by_role("status").filter(has_text="Copied.")).to_be_attached()
    key = page.evaluate("navigator.clipboard.readText()")
    assert verification.authenticate(key).name == "billing"

    name = reach(page.get_by_role("textbox", name="Name"))
    keyboard.press("ControlOrMeta+A")
    keyboard.type("billing_worker")
    reach(page.get_by_role("button", name="Save", exact=True)).press("Enter")
    expect(page.get_by_role("heading", name="billing_worker")).to_be_visible()

    reach(page.get_by_role("link", name="Revoke access key")).press("Enter")
    dialog = page.get_by_role("dialog", name="Revoke access key")
    expect(dialog).to_be_visible()
    reach(dialog.get_by_role("checkbox")).press("Space")
    reach(dialog.get_by_role("button", name="Revoke access key")).press("Enter")
    page.wait_for_url(f"**{LIST}")
    assert not AccessKey.objects.exists()


@pytest.mark.parametrize("closing", ["Escape", "Cancel", "Close"])
def test_the_focus_comes_back_from_a_dialog(closing: str, enter: Enter) -> None:
    page = enter()
    page.goto(LIST)
    opener = reach(page.get_by_role("link", name="Generate access key"))
    opener.press("Enter")
    dialog = page.get_by_role("dialog", name="Generate access key")
    expect(dialog.get_by_label("Name", exact=True)).to_be_focused()
    if closing == "Escape":
        page.keyboard.press("Escape")
    else:
        role = "link" if closing == "Cancel" else "button"
        dialog.get_by_role(role, name=closing).press("Enter")  # type: ignore[arg-type]
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_focus_stays_in_the_dialog(enter: Enter) -> None:
    page = enter()
    page.goto(LIST)
    page.get_by_role("link", name="Generate access key").press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    for _ in range(25):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )


def test_skip_link(enter: Enter) -> None:
    page = enter()
    page.goto(LIST)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to main content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    skip.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_shortcuts(enter: Enter) -> None:
    AccessKeyFactory()
    page = enter()
    page.goto(LIST)
    page.keyboard.press("/")
    search = page.get_by_role("searchbox")
    expect(search).to_be_focused()
    page.keyboard.type("g?/")
    expect(search).to_have_value("g?/")  # In a field, a letter is a letter.
    expect(page.get_by_role("heading", name="No access key matches")).to_be_visible()
    search.evaluate("field => field.blur()")

    page.keyboard.press("g")
    dialog = page.get_by_role("dialog", name="Generate access key")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    page.keyboard.press("?")
    shortcuts = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(shortcuts).to_be_visible()
    expect(shortcuts.get_by_label("Use keyboard shortcuts")).to_be_focused()
    shortcuts.get_by_label("Use keyboard shortcuts").uncheck()
    page.keyboard.press("Escape")
    expect(shortcuts).to_be_hidden()
    page.reload()
    page.keyboard.press("g")
    page.keyboard.press("/")
    expect(search).not_to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_from_a_row_to_what_is_done_with_the_selected(enter: Enter) -> None:
    access_key, *_ = AccessKeyFactory.create_batch(3)
    page = enter()
    page.goto(LIST)
    page.keyboard.press("c")  # Nothing is selected: nothing happens.
    menu = page.locator("#selection summary")
    expect(menu).to_be_hidden()
    box = reach(page.get_by_role("checkbox", name=f"Select {access_key.name}", exact=True))
    box.press("Space")
    expect(menu).to_have_text("Change 1 selected")
    page.keyboard.press("c")
    expect(menu).to_be_focused()
    page.keyboard.press("Enter")
    reach(page.locator("#selection").get_by_role("button", name="Suspend")).press("Enter")
    expect(page.get_by_role("dialog", name="Suspend 1 access key")).to_be_visible()


def test_the_field_of_a_dialog_that_was_closed_a_moment_ago_takes_no_letter(enter: Enter) -> None:
    page = enter()
    page.goto(LIST)
    page.keyboard.press("g")
    name = page.get_by_role("dialog").get_by_label("Name", exact=True)
    expect(name).to_be_focused()
    name.evaluate("""field => {
        field.closest("dialog").close();
        field.dispatchEvent(new KeyboardEvent("keydown", {key: "?", bubbles: true}));
    }""")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def test_the_focus_comes_back_from_the_menu(enter: Enter) -> None:
    page = enter()
    page.goto(LIST)
    menu = reach(page.get_by_role("banner").locator("summary"))
    menu.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    menu.press("Enter")
    reach(page.get_by_role("button", name="Keyboard shortcuts")).press("Enter")
    shortcuts = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(shortcuts).to_be_visible()
    page.keyboard.press("Escape")
    expect(shortcuts).to_be_hidden()
    expect(menu).to_be_focused()
