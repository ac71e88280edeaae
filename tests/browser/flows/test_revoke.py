"""Revoking one and several, when somebody else was faster too."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accesskeys.models import AccessKey, Action, AuditEvent
from tests.browser.flows.helpers import revoke_elsewhere, rows, three
from tests.browser.scenes import LIST


@pytest.mark.parametrize("used", [True, False])
def test_revoke(used: bool, page: Page) -> None:
    alpha = three()[0]
    if used:
        AccessKey.objects.filter(pk=alpha.pk).update(last_used_at=timezone.now() - timedelta(minutes=2))
    page.reload()
    page.get_by_role("link", name="Revoke access key alpha").click()
    dialog = page.get_by_role("dialog", name="Revoke access key")
    said = "A program seems to rely on this key" if used else "This key has never been used"
    expect(dialog).to_contain_text(said)
    expect(dialog.get_by_role("checkbox")).to_be_focused()
    button = dialog.get_by_role("button", name="Revoke access key")
    button.click()
    expect(dialog.get_by_text("Tick the box")).to_be_visible()
    assert AccessKey.objects.count() == 3
    dialog.get_by_role("checkbox").check()
    button.dblclick()
    expect(page.get_by_role("status").filter(has_text="Access key alpha is revoked.")).to_be_attached()
    rows(page, "gamma", "beta")
    assert AuditEvent.objects.filter(action=Action.REVOKED).count() == 1


def test_keep_it_after_all(page: Page) -> None:
    alpha = three()[0]
    page.goto(f"{LIST}{alpha.pk}/")
    page.get_by_role("link", name="Revoke access key").click()
    page.get_by_role("dialog").get_by_role("link", name="Keep it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.url.endswith(f"{alpha.pk}/")
    assert AccessKey.objects.count() == 3


def test_somebody_else_was_faster(page: Page) -> None:
    alpha, beta, gamma = three()
    for access_key, step in ((alpha, "revoke"), (beta, "rename"), (gamma, "suspend")):
        page.goto(f"{LIST}{access_key.pk}/")
        if step == "revoke":
            page.get_by_role("link", name="Revoke access key").click()
            page.get_by_role("dialog").get_by_role("checkbox").check()
            button = page.get_by_role("dialog").get_by_role("button", name="Revoke access key")
        elif step == "rename":
            page.get_by_role("textbox", name="Name").fill("omega")
            button = page.get_by_role("button", name="Save", exact=True)
        else:
            button = page.get_by_role("button", name="Suspend")
        revoke_elsewhere(access_key)
        button.click()
        page.wait_for_url(f"**{LIST}")
        expect(page.get_by_role("main").get_by_text("There is no such access key.")).to_be_visible()


def test_revoke_several(page: Page) -> None:
    beta = three()[1]
    page.reload()
    summary = page.locator("#selection summary")
    expect(summary).to_be_hidden()
    page.get_by_label("Select alpha").check()
    expect(summary).to_have_text("Change 1 selected")
    page.get_by_label("Select all on this page").check()
    expect(summary).to_have_text("Change 3 selected")
    page.get_by_label("Select beta").uncheck()
    summary.click()
    page.locator("#selection").get_by_role("button", name="Revoke").click()
    dialog = page.get_by_role("dialog", name="Revoke 2 access keys")
    expect(dialog.get_by_role("listitem")).to_contain_text(["alpha", "gamma"])
    dialog.get_by_role("textbox").fill("3")
    dialog.get_by_role("button", name="Revoke 2 access keys").click()
    expect(dialog.get_by_role("textbox")).to_have_attribute("aria-invalid", "true")
    assert AccessKey.objects.count() == 3
    dialog.get_by_role("textbox").fill("2")
    dialog.get_by_role("button", name="Revoke 2 access keys").click()
    expect(page.get_by_role("main").get_by_text("2 access keys are revoked.")).to_be_visible()
    assert list(AccessKey.objects.all()) == [beta]
