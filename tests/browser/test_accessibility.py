"""WCAG 2.2 AA, as far as axe can tell, and nothing wider than the window."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.browser.conftest import Complaints, Enter
from tests.browser.scenes import PAGES, PROBLEMS, Scene, Stage, Stock

WCAG = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}
# Between light and dark, nothing differs but colours. These are the rules of WCAG that look at them.
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
WIDTHS = (1280, 360)
VIOLATIONS = """async (runOnly) => {
    const found = await axe.run(document, {runOnly, resultTypes: ["violations"]});
    return found.violations.flatMap(({id, nodes}) =>
        nodes.map((node) => [id, node.target.join(" "), node.failureSummary]));
}"""
OVERHANG = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def faults(page: Page) -> list[Any]:
    """What is wrong with the page as it stands: light and dark, narrow and wide."""
    page.evaluate(AXE_SCRIPT)
    found: list[Any] = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        if overhang := page.evaluate(OVERHANG):
            found.append((width, "scrolls sideways by", overhang))
        page.emulate_media(color_scheme="light")
        found += [(width, "light", *violation) for violation in page.evaluate(VIOLATIONS, WCAG)]
        page.emulate_media(color_scheme="dark")
        found += [(width, "dark", *violation) for violation in page.evaluate(VIOLATIONS, COLOURS)]
    return found


@pytest.mark.parametrize("scene", PAGES.values(), ids=PAGES)
def test_page(scene: Scene, enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    page = enter()
    scene(Stage(page, Stock.new(), monkeypatch))
    assert faults(page) == []


@pytest.mark.parametrize(("status", "scene"), PROBLEMS.values(), ids=PROBLEMS)
def test_problem(
    status: int, scene: Scene, enter: Enter, complaints: Complaints, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = enter()
    scene(Stage(page, Stock.new(), monkeypatch))
    assert faults(page) == []
    complaints.allow_status(status)
