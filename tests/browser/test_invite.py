"""Inviting an operator, from the click to the first sign-in, as two people do it in two browsers."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from identity_cloud.operators.models import OneTimeLink
from tests.browser.conftest import PASSWORD, Enter

OPERATORS = "/settings/operators/"


def invite(page: Page, name: str) -> str:
    """Invite somebody with the role Viewers; returns the link that lands in the clipboard."""
    page.goto(OPERATORS)
    page.get_by_role("link", name="Invite operator").click()
    dialog = page.get_by_role("dialog", name="Invite operator")
    dialog.get_by_label("Name", exact=True).fill(name)
    dialog.get_by_label("Viewers").check()
    dialog.get_by_role("button", name="Invite operator").click()
    dialog.get_by_role("button", name="Copy link").click()
    expect(dialog.get_by_text("Copied")).to_be_visible()
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_escape_asks_before_the_link_is_gone_and_then_is_done(enter: Enter) -> None:
    page = enter()
    page.goto(OPERATORS)
    page.get_by_role("link", name="Invite operator").click()
    dialog = page.get_by_role("dialog", name="Invite operator")
    dialog.get_by_label("Name", exact=True).fill("bea")
    dialog.get_by_role("button", name="Invite operator").click()
    expect(dialog.locator("#one-time-link")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog.get_by_role("alert")).to_contain_text("The link was not copied")
    expect(dialog.locator("#one-time-link")).to_contain_text("#")
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="bea")).to_be_visible()


def test_escape_after_copying_is_done(enter: Enter) -> None:
    page = enter(permissions=["clipboard-read", "clipboard-write"])
    invite(page, "bea")
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="bea")).to_be_visible()


def test_escape_after_copying_by_hand_is_done(enter: Enter) -> None:
    page = enter()
    page.goto(OPERATORS)
    page.get_by_role("link", name="Invite operator").click()
    dialog = page.get_by_role("dialog", name="Invite operator")
    dialog.get_by_label("Name", exact=True).fill("bea")
    dialog.get_by_role("button", name="Invite operator").click()
    dialog.locator("#one-time-link").click(click_count=3)
    page.keyboard.press("ControlOrMeta+c")
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="bea")).to_be_visible()


def test_escape_before_inviting_asks_nothing(enter: Enter) -> None:
    page = enter()
    page.goto(OPERATORS)
    page.get_by_role("link", name="Invite operator").click()
    dialog = page.get_by_role("dialog", name="Invite operator")
    expect(dialog.get_by_label("Name", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert page.url.endswith(OPERATORS)


def choose(page: Page, password: str) -> None:
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("New password", exact=True).fill(password)
    page.get_by_label("New password, again").fill(password)
    page.get_by_role("button", name="Choose this password").click()


def test_an_invitation_is_accepted_once(enter: Enter, visit: Enter) -> None:
    administrator = enter(permissions=["clipboard-read", "clipboard-write"])
    link = invite(administrator, "bea")
    assert administrator.locator("#one-time-link").text_content() == link
    administrator.get_by_role("link", name="Done").click()
    expect(administrator.get_by_role("heading", name="bea")).to_be_visible()
    assert link not in administrator.content()

    newcomer = visit()
    newcomer.goto(link.removeprefix(settings.PUBLIC_URL.geturl()))
    expect(newcomer.get_by_role("button", name="Continue")).to_be_focused()
    assert "#" not in newcomer.url  # So neither the history nor a picture of the screen holds it.
    choose(newcomer, PASSWORD)
    expect(newcomer.get_by_role("heading", name="Access keys", exact=True)).to_be_visible()
    assert User.objects.get(username="bea").check_password(PASSWORD)
    assert not OneTimeLink.objects.exists()


def test_the_link_is_pasted_where_no_script_runs(enter: Enter, visit: Enter) -> None:
    link = invite(enter(permissions=["clipboard-read", "clipboard-write"]), "bea")
    newcomer = visit(java_script_enabled=False)
    newcomer.goto("/accounts/link/")
    newcomer.get_by_label("Link").fill(link)
    choose(newcomer, PASSWORD)
    expect(newcomer.get_by_role("heading", name="Access keys", exact=True)).to_be_visible()


def test_all_of_it_without_javascript(enter: Enter) -> None:
    page = enter(java_script_enabled=False)
    page.goto(f"{OPERATORS}invite/")
    page.get_by_label("Name", exact=True).fill("bea")
    page.get_by_role("button", name="Invite operator").click()
    expect(page.locator("#one-time-link")).to_contain_text("/accounts/link/#")
    page.get_by_role("link", name="Done").click()
    page.get_by_label("Auditors").check()
    page.get_by_role("button", name="Save roles").click()
    expect(page.get_by_text("The roles of bea are saved.")).to_be_visible()
    page.get_by_role("link", name="Deactivate operator").click()
    page.get_by_role("button", name="Deactivate operator").click()
    expect(page.get_by_text("bea is deactivated and signed out everywhere.")).to_be_visible()
    page.get_by_role("button", name="Activate operator").click()
    expect(page.get_by_text("bea is activated and can sign in again.")).to_be_visible()
