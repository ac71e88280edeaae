"""Signing in, and what each role is offered then."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, Enter
from tests.browser.flows.helpers import three
from tests.browser.scenes import LIST
from tests.factories import AccessKeyFactory, OperatorFactory


def test_sign_in(visit: Enter) -> None:
    OperatorFactory(username="ada", password=PASSWORD, roles=["Operators"])
    access_key = AccessKeyFactory(name="billing")
    page = visit()
    page.goto(f"{LIST}{access_key.pk}/")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert").filter(has_text="not correct")).to_be_visible()
    expect(page.get_by_label("Username")).to_have_value("ada")
    expect(page.get_by_label("Password")).to_be_focused()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="billing")).to_be_visible()


def test_viewers_are_offered_what_they_may_do(enter: Enter) -> None:
    alpha = three()[0]
    page = enter(somebody=OperatorFactory(roles=["Viewers"]))
    for path in (LIST, f"{LIST}{alpha.pk}/"):
        page.goto(path)
        main = page.get_by_role("main")
        expect(main.get_by_text("alpha").first).to_be_visible()
        expect(main.get_by_role("button", name=re.compile("Show key|Save|Suspend|Revoke"))).to_have_count(0)
        expect(main.get_by_role("link", name=re.compile("Generate|Revoke"))).to_have_count(0)
        expect(page.get_by_role("link", name="Audit log", exact=True)).to_have_count(0)
