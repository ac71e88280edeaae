"""What is refused because too many are at it: the page says so, and offers the same again."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from accesskeys.console import streams
from identity_cloud.operators import hashing
from tests.browser.conftest import PASSWORD, Complaints, Enter
from tests.browser.scenes import AUDIT_LOG, LIST
from tests.factories import AccessKeyFactory, OperatorFactory
from tests.turns import Queue


@pytest.mark.parametrize(
    ("path", "link"), [(LIST, "Export CSV"), (AUDIT_LOG, "Export CSV"), (AUDIT_LOG, "Export JSON Lines")]
)
def test_an_export(enter: Enter, complaints: Complaints, path: str, link: str) -> None:
    AccessKeyFactory(name="billing")
    page = enter()
    page.goto(f"{path}?search=billing" if path == LIST else path)
    with Queue(streams.TURNS, at_once=2):
        page.get_by_role("link", name=link).click()
        expect(page.get_by_role("heading", name="Not available")).to_be_visible()
        expect(page.get_by_text("Two exports are running already")).to_be_visible()
    with page.expect_download() as exported:
        page.get_by_role("link", name="Try again").click()
    with open(exported.value.path(), encoding="utf-8") as file:
        assert "billing" in file.read()
    complaints.allow_status(503)


@pytest.mark.usefixtures("argon2")
def test_signing_in(visit: Enter, complaints: Complaints) -> None:
    OperatorFactory(username="ada", password=PASSWORD, roles=["Operators"])
    page = visit()
    page.goto(LIST)
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    with Queue(hashing.TURNS, at_once=1, waiting=2):
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert").filter(has_text="Too many passwords")).to_be_visible()
    expect(page.get_by_label("Username")).to_have_value("ada")
    expect(page.get_by_label("Password")).to_be_focused()
    expect(page.get_by_label("Password")).to_have_value("")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Access keys", exact=True)).to_be_visible()
    complaints.allow_status(503)
