"""What is refused because too many are at it: the page says so, and offers the same again."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from accesskeys.console import streams
from accesskeys.core.turns import Turns
from identity_cloud.operators import hashing
from tests.browser.conftest import PASSWORD, Complaints, Enter
from tests.browser.scenes import AUDIT_LOG, LIST
from tests.factories import AccessKeyFactory, OperatorFactory


@contextmanager
def taken(turns: Turns, *, at_once: int, waiting: int = 0) -> Iterator[None]:
    """Others have all turns within the block."""
    held = [turns.take() for _ in range(at_once)]
    others = [threading.Thread(target=lambda: turns.take().give_back()) for _ in range(waiting)]
    for other in others:
        other.start()
    time.sleep(0.1)  # Until they wait.
    yield
    for turn in held:
        turn.give_back()
    for other in others:
        other.join()


@pytest.mark.parametrize(
    ("path", "link"), [(LIST, "Export CSV"), (AUDIT_LOG, "Export CSV"), (AUDIT_LOG, "Export JSON Lines")]
)
def test_an_export(enter: Enter, complaints: Complaints, path: str, link: str) -> None:
    AccessKeyFactory(name="billing")
    page = enter()
    page.goto(f"{path}?search=billing" if path == LIST else path)
    with taken(streams.TURNS, at_once=2):
        page.get_by_role("link", name=link).click()
        expect(page.get_by_role("heading", name="Not available")).to_be_visible()
        expect(page.get_by_text("Two exports are running already")).to_be_visible()
    with page.expect_download() as exported:
        page.get_by_role("link", name="Try again").click()
    with open(exported.value.path(), encoding="utf-8") as file:
        assert "billing" in file.read()
    complaints.allow_status(503)


def test_signing_in(visit: Enter, complaints: Complaints) -> None:
    OperatorFactory(username="ada", password=PASSWORD, roles=["Operators"])
    page = visit()
    page.goto(LIST)
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    with taken(hashing.TURNS, at_once=1, waiting=2):
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert").filter(has_text="Too many passwords")).to_be_visible()
    expect(page.get_by_label("Username")).to_have_value("ada")
    expect(page.get_by_label("Password")).to_be_focused()
    expect(page.get_by_label("Password")).to_have_value("")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Access keys", exact=True)).to_be_visible()
    complaints.allow_status(503)
