"""Every operation as ordinary pages, for browsers that run no scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from accesskeys import verification
from accesskeys.core.exceptions import InvalidKey
from accesskeys.models import AccessKey
from tests.browser.conftest import PASSWORD, Enter
from tests.browser.scenes import AUDIT_LOG, LIST
from tests.factories import AccessKeyFactory, OperatorFactory, key_of


@pytest.fixture
def page(enter: Enter) -> Page:
    page = enter(java_script_enabled=False)
    page.goto(LIST)
    return page


def test_sign_in_and_out(visit: Enter) -> None:
    OperatorFactory(username="ada", password=PASSWORD, roles=["Viewers"])
    page = visit(java_script_enabled=False)
    page.goto(LIST)
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert").filter(has_text="not correct")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="No access keys yet")).to_be_visible()
    page.get_by_role("banner").locator("summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto(LIST)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_generate_show_rename_and_revoke(page: Page) -> None:
    page.get_by_role("link", name="Generate access key").click()
    page.get_by_label("Name", exact=True).fill("two words")
    page.get_by_role("radio", name="30 days").check(force=True)
    page.locator("summary").filter(has_text="For managing access keys").click()
    page.get_by_label("access_keys:read").check()
    page.get_by_role("button", name="Generate", exact=True).click()
    # What was typed is still there, to be corrected.
    name = page.get_by_label("Name", exact=True)
    expect(name).to_have_value("two words")
    expect(page.get_by_role("radio", name="30 days")).to_be_checked()
    name.fill("billing")
    page.get_by_role("button", name="Generate", exact=True).click()
    expect(page.get_by_text("Access key billing is generated.")).to_be_visible()
    access_key = AccessKey.objects.get()
    assert access_key.scopes == ["access_keys:read"]
    assert access_key.expires_at is not None

    page.get_by_role("button", name="Show key").click()
    key = page.locator(".shown-key").inner_text().strip()
    assert verification.authenticate(key) == access_key
    expect(page.get_by_text("The page hides the key again after 30 seconds.")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Show key|Hide key"))).to_have_count(0)
    page.get_by_role("link", name="Hide key").click()
    expect(page.get_by_role("button", name="Show key")).to_be_visible()
    assert key not in page.content()
    page.get_by_role("link", name="Access keys", exact=True).first.click()

    page.get_by_role("link", name="billing", exact=True).click()
    page.get_by_role("textbox", name="Name").fill("billing_worker")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="billing_worker")).to_be_visible()

    page.get_by_role("link", name="Revoke access key").click()
    page.get_by_role("button", name="Revoke access key").click()
    expect(page.get_by_text("Tick the box to revoke this access key.")).to_be_visible()
    assert AccessKey.objects.exists()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Revoke access key").click()
    expect(page.get_by_text("Access key billing_worker is revoked.")).to_be_visible()
    with pytest.raises(InvalidKey):
        verification.authenticate(key)


def test_limit_suspend_and_resume(page: Page) -> None:
    access_key = AccessKeyFactory(name="billing")
    page.goto(f"{LIST}{access_key.pk}/")
    page.locator("#limits").get_by_role("link", name="Edit").click()
    page.get_by_label("Allowed networks").fill("192.0.2.0/24")
    page.get_by_role("button", name="Save limits").click()
    expect(page.locator("#limits")).to_contain_text("192.0.2.0/24")
    page.get_by_role("button", name="Suspend").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    access_key.refresh_from_db()
    assert access_key.is_suspended
    assert access_key.allowed_networks == ["192.0.2.0/24"]
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="Suspend")).to_be_visible()
    access_key.refresh_from_db()
    assert not access_key.is_suspended


def test_search_filter_and_sort(page: Page) -> None:
    for name in ("alpha", "beta", "gamma"):
        AccessKeyFactory(name=name, expired=name == "beta")
    page.goto(LIST)
    page.get_by_role("searchbox").fill("eta")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("rowheader")).to_have_text(["beta"])
    page.goto(LIST)
    page.get_by_label("Status").select_option("Usable")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("rowheader")).to_have_text(["gamma", "alpha"])
    page.get_by_role("columnheader").get_by_role("link", name="Name").click()
    expect(page.get_by_role("rowheader")).to_have_text(["alpha", "gamma"])


def test_revoke_several(page: Page) -> None:
    names = ("alpha", "beta", "gamma")
    kept = [AccessKeyFactory(name=name) for name in names][1]
    page.goto(LIST)
    for name in ("alpha", "gamma"):
        page.get_by_label(f"Select {name}").check()
    page.locator("#selection summary").click()
    page.locator("#selection").get_by_role("button", name="Revoke").click()
    page.get_by_label("How many access keys are these?").fill("2")
    page.get_by_role("button", name="Revoke 2 access keys").click()
    expect(page.get_by_text("2 access keys are revoked.")).to_be_visible()
    assert list(AccessKey.objects.all()) == [kept]


def test_read_the_audit_log(page: Page) -> None:
    AccessKeyFactory(name="alpha")
    AccessKeyFactory(name="beta")
    page.goto(AUDIT_LOG)
    page.get_by_label("Access key name or ID").fill("alpha")
    page.get_by_role("button", name="Filter").click()
    entries = page.get_by_role("main").locator(".events summary")
    expect(entries).to_have_count(1)
    entries.click()
    expect(page.get_by_text("access_key.generated")).to_be_visible()


def test_nothing_is_offered_that_needs_a_script(page: Page) -> None:
    access_key = AccessKeyFactory()
    for path in (LIST, f"{LIST}{access_key.pk}/"):
        page.goto(path)
        for name in ("Copy", "Keyboard shortcuts", "Switch between light and dark", "Select all"):
            expect(page.get_by_role("button", name=name)).to_have_count(0)
            expect(page.get_by_role("checkbox", name=name)).to_have_count(0)
        assert key_of(access_key) not in page.content()
