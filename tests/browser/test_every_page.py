"""What holds on every page: phones do not zoom into its fields, and names, IDs and keys stay as they are.

No browser translates or corrects them, and no password manager fills them in.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize

from tests.browser.conftest import Complaints, Enter
from tests.browser.scenes import PAGES, PROBLEMS, Scene, Stage, Stock
from tests.factories import key_of

PHONE: dict[str, Any] = {
    "viewport": ViewportSize(width=360, height=740),
    "has_touch": True,
    "is_mobile": True,
}
# Below 16 pixels, a phone zooms in as soon as somebody types.
SMALL_FIELDS = """() => [...document.querySelectorAll("input, select, textarea")]
    .filter((field) => !["checkbox", "radio", "hidden"].includes(field.type))
    .map((field) => [field.name, parseFloat(getComputedStyle(field).fontSize)])
    .filter(([, size]) => size < 16)"""
# The innermost elements that say one of the words in text or attribute, where a translation would read it.
# The title of a page is one text: its words for people are worth more.
TRANSLATED = """(words) => {
    const says = (text) => words.some((word) => new RegExp(`(?<![\\w.-])${word}(?![\\w-])`).test(text ?? ""));
    const read = (element) => ["aria-label", "title", "placeholder", "alt"].map((name) => element.getAttribute(name));
    const typed = (element) => element.matches("[type=text], [type=search], textarea") && element.value;
    return [...document.body.querySelectorAll("*")]
        .filter((element) => element.translate)
        .filter((element) =>
            [typed(element), ...read(element)].some(says) ||
            (says(element.textContent) && ![...element.children].some((child) => says(child.textContent))))
        .map((element) => element.outerHTML.slice(0, 300));
}"""
# The words of 1Password, LastPass, Bitwarden and Dashlane are among them.
AS_TYPED = {
    "autocapitalize": "none",
    "autocomplete": "off",
    "autocorrect": "off",
    "spellcheck": "false",
    "translate": "no",
    "data-1p-ignore": "",
    "data-lpignore": "true",
    "data-bwignore": "",
    "data-form-type": "other",
}
HELPED = """(wanted) => [...document.querySelectorAll("[type=text], [type=search], textarea")]
    .filter((field) => field.autocomplete !== "username")
    .flatMap((field) => Object.entries(wanted)
        .filter(([name, value]) => field.getAttribute(name) !== value)
        .map(([name]) => [field.name, name]))"""


def words_of(stock: Stock) -> Iterable[str]:
    """The names, IDs and keys that the pages know, and the names of who did something."""
    for access_key in (stock.plain, stock.full, stock.broken):
        yield from (access_key.name, str(access_key.pk), key_of(access_key))
    yield from ("manage\\.py", "ada")


def faults(page: Page, stock: Stock) -> dict[str, Any]:
    return {
        "small fields": page.evaluate(SMALL_FIELDS),
        "translated": page.evaluate(TRANSLATED, list(words_of(stock))),
        "helped": page.evaluate(HELPED, AS_TYPED),
    }


NONE: dict[str, Any] = {"small fields": [], "translated": [], "helped": []}


@pytest.mark.parametrize("scene", PAGES.values(), ids=PAGES)
def test_page(scene: Scene, enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    page, stock = enter(**PHONE), Stock.new()
    scene(Stage(page, stock, monkeypatch))
    assert page.evaluate("matchMedia('(pointer: coarse)').matches")
    assert faults(page, stock) == NONE


@pytest.mark.parametrize(("status", "scene"), PROBLEMS.values(), ids=PROBLEMS)
def test_problem(
    status: int, scene: Scene, enter: Enter, complaints: Complaints, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, stock = enter(**PHONE), Stock.new()
    scene(Stage(page, stock, monkeypatch))
    assert faults(page, stock) == NONE
    complaints.allow_status(status)
