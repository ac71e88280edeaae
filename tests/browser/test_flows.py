"""What operators do in the console, with scripts: dialogs, search as one types, and what goes wrong on the way."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Dialog, Page, Route, expect

from accesskeys import operations
from accesskeys.console.views.generate import AccessKeyGeneratePage
from accesskeys.console.views.list import AccessKeyListPage
from accesskeys.models import AccessKey, Action, AuditEvent
from accesskeys.operations.actors import Actor
from tests.browser.conftest import PASSWORD, Complaints, Enter
from tests.browser.scenes import AUDIT_LOG, LIST
from tests.factories import AccessKeyFactory, OperatorFactory


@pytest.fixture
def page(enter: Enter) -> Page:
    page = enter()
    page.goto(LIST)
    return page


def rows(page: Page, *names: str) -> None:
    """The list shows these access keys, in this order."""
    expect(page.get_by_role("rowheader")).to_have_text(list(names))


def three() -> list[AccessKey]:
    return [AccessKeyFactory(name=name) for name in ("alpha", "beta", "gamma")]


def revoke_elsewhere(access_key: AccessKey) -> None:
    operations.revoke(access_key_id=access_key.pk, actor=Actor.for_command())


def failing(*args: Any, **kwargs: Any) -> None:
    raise RuntimeError


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


def test_generate(page: Page) -> None:
    AccessKeyFactory(name="taken")
    page.get_by_role("link", name="Generate access key").click()
    dialog = page.get_by_role("dialog", name="Generate access key")
    name = dialog.get_by_label("Name", exact=True)
    for typed, said in (
        ("two words", "letters"),
        ("taken", "Another access key has this name"),
        ("free", "This name can be used."),
    ):
        name.fill(typed)
        expect(dialog.locator("#name-check")).to_contain_text(said)
        expect(name).to_have_attribute("aria-invalid", "false" if typed == "free" else "true")
    name.fill("two words")
    dialog.get_by_role("radio", name="90 days").check(force=True)
    dialog.get_by_label("access_keys:read").check()
    dialog.get_by_label("Scopes of your own").fill("orders:read")
    dialog.get_by_role("button", name="Generate").click()
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_be_focused()
    expect(name).to_have_value("two words")
    name.fill("billing")
    name.press("Enter")

    expect(page.get_by_role("heading", name="billing", exact=True)).to_be_visible()
    announced = page.get_by_role("status").filter(has_text="Access key billing is generated.")
    expect(announced).to_be_attached()
    expect(page.get_by_text("Copy it and hand it to")).to_be_visible()
    assert "ica_" not in page.content()
    access_key = AccessKey.objects.get(name="billing")
    assert access_key.scopes == ["access_keys:read", "orders:read"]
    assert access_key.expires_at is not None
    assert timedelta(days=89) < access_key.expires_at - timezone.now() <= timedelta(days=90)


def test_what_is_said_of_a_name_is_said_of_the_last_one_typed(page: Page) -> None:
    AccessKeyFactory(name="taken")
    page.get_by_role("link", name="Generate access key").click()
    name = page.get_by_role("dialog").get_by_label("Name", exact=True)
    held: list[Route] = []
    page.route("**/*name=take", lambda route: held.append(route), times=1)
    with page.expect_request("**/*name=take"):
        name.fill("take")
    name.fill("taken")
    page.wait_for_timeout(500)  # Longer than the page waits for another letter.
    held[0].continue_()
    expect(page.locator("#name-check")).to_contain_text("Another access key has this name")


def test_generate_until_a_date(page: Page) -> None:
    page.get_by_role("link", name="Generate access key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("billing")
    expect(dialog.get_by_label("Last day")).to_be_hidden()
    dialog.get_by_role("radio", name="Until a date").check(force=True)
    dialog.get_by_label("Last day").fill("2099-12-31")
    dialog.get_by_role("button", name="Generate").click()
    expect(page.get_by_role("heading", name="billing")).to_be_visible()
    expires_at = AccessKey.objects.get().expires_at
    assert expires_at is not None
    assert expires_at.isoformat() == "2099-12-31T23:59:59+00:00"


def test_search_as_one_types(page: Page) -> None:
    three()
    page.reload()
    search = page.get_by_role("searchbox")
    search.press_sequentially("bet")
    rows(page, "beta")
    expect(page).to_have_url(re.compile(r"\?search=bet$"))
    expect(page.get_by_role("status").filter(has_text="1 access key")).to_be_attached()
    expect(search).to_be_focused()
    page.reload()  # The address can be shared.
    rows(page, "beta")
    search.fill("nothing")
    expect(page.get_by_role("heading", name="No access key matches")).to_be_visible()
    page.go_back()
    rows(page, "beta")
    expect(search).to_have_value("bet")


@pytest.mark.parametrize("path", [LIST, AUDIT_LOG])
def test_what_was_found_stays_when_the_focus_leaves_the_search(path: str, page: Page) -> None:
    three()
    page.goto(path)
    if path == LIST:
        page.get_by_role("searchbox").press_sequentially("beta")
        rows(page, "beta")
    else:
        page.get_by_label("Access key name or ID").press_sequentially("beta")
        expect(page.get_by_role("main").locator(".events summary")).to_have_count(1)
    expect(page.get_by_role("status").filter(has_text=re.compile("^1 "))).to_be_attached()
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    if path == LIST:
        page.get_by_label("Select beta").check()
        expect(page.get_by_role("button", name="Revoke 1 access key")).to_be_visible()
    else:
        page.get_by_role("main").locator(".events summary").click()
        expect(page.get_by_text("access_key.generated")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert asked == []


def test_a_search_that_failed_is_repeated_by_typing_on(
    page: Page, complaints: Complaints, monkeypatch: pytest.MonkeyPatch
) -> None:
    three()
    page.reload()
    search = page.get_by_role("searchbox")
    with monkeypatch.context() as broken:
        broken.setattr(AccessKeyListPage, "get", failing)
        search.fill("bet")
        problem = page.locator("#results").get_by_role("alert")
        expect(problem).to_contain_text("Something went wrong on our side.")
    expect(problem.get_by_role("link", name="Try again")).to_have_attribute("href", f"{LIST}?search=bet")
    search.fill("beta")
    rows(page, "beta")
    page.route("**/*search=alpha", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    search.fill("alpha")
    expect(page.get_by_role("alert").filter(has_text="The server cannot be reached.")).to_be_visible()
    rows(page, "beta")
    complaints.allow_status(500)
    complaints.allow_status(502)


def test_a_dialog_that_failed_is_closed(
    page: Page, complaints: Complaints, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AccessKeyGeneratePage, "get", failing)
    page.get_by_role("link", name="Generate access key").click()
    dialog = page.get_by_role("dialog", name="Server error")
    expect(dialog.get_by_role("link", name="Try again")).to_be_visible()
    dialog.get_by_text("Close", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    complaints.allow_status(500)


def test_a_form_in_a_dialog_that_failed_keeps_what_was_typed(
    page: Page, complaints: Complaints, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.get_by_role("link", name="Generate access key").click()
    dialog = page.get_by_role("dialog", name="Generate access key")
    dialog.get_by_role("textbox", name="Name").fill("billing_worker")
    with monkeypatch.context() as broken:
        broken.setattr(AccessKeyGeneratePage, "post", failing)
        dialog.get_by_role("button", name="Generate").click()
        expect(dialog.get_by_role("alert")).to_contain_text("Something went wrong on our side.")
    expect(dialog.get_by_role("textbox", name="Name")).to_have_value("billing_worker")
    dialog.get_by_role("button", name="Generate").click()
    expect(page.get_by_role("heading", name="billing_worker")).to_be_visible()
    complaints.allow_status(500)


def test_sorting_what_is_being_searched_for(page: Page) -> None:
    three()
    page.reload()
    held: list[Route] = []
    page.route("**/*search=mma", lambda route: held.append(route), times=1)
    with page.expect_request("**/*search=mma"):
        page.get_by_role("searchbox").fill("mma")
    head = page.get_by_role("columnheader", name="Name")
    head.get_by_role("link").click()
    held[0].continue_()
    expect(head).to_have_attribute("aria-sort", "ascending")
    rows(page, "gamma")
    expect(page).to_have_url(re.compile(r"\?search=mma&ordering=name$"))
    expect(page.get_by_label("Sort")).to_have_value("name")
    expect(head.get_by_role("link")).to_be_focused()


def test_a_click_on_a_row_opens_it_and_with_a_key_held_does_not(page: Page) -> None:
    alpha = three()[0]
    page.reload()
    cell = page.get_by_role("row", name="alpha").get_by_text("just now")
    cell.click(modifiers=["Control"])
    cell.click(modifiers=["Shift"])
    expect(page).to_have_url(re.compile(f"{LIST}$"))
    cell.click()
    page.wait_for_url(f"**{LIST}{alpha.pk}/")


def test_search_for_an_id(page: Page) -> None:
    beta = three()[1]
    page.reload()
    page.get_by_role("searchbox").fill(str(beta.pk))
    rows(page, "beta")


def test_filter_and_sort(page: Page) -> None:
    three()
    AccessKeyFactory(name="expired", expired=True)
    AccessKey.objects.filter(name="gamma").update(last_used_at=timezone.now())
    page.reload()
    page.get_by_label("Status").select_option("Expired")
    rows(page, "expired")
    page.get_by_label("Status").select_option("Never used")
    rows(page, "beta", "alpha", "expired")
    head = page.get_by_role("columnheader", name="Name")
    head.get_by_role("link").click()
    rows(page, "alpha", "beta", "expired")
    expect(head).to_have_attribute("aria-sort", "ascending")
    head.get_by_role("link").click()
    rows(page, "expired", "beta", "alpha")
    expect(head).to_have_attribute("aria-sort", "descending")
    page.set_viewport_size({"width": 360, "height": 740})  # Cards have no heads.
    expect(page.get_by_label("Sort")).to_have_value("-name")
    page.get_by_label("Sort").select_option("Name, A to Z")
    rows(page, "alpha", "beta", "expired")
    expect(page).to_have_url(re.compile(r"status=never_used"))


def test_pages(page: Page) -> None:
    for number in range(27):
        AccessKeyFactory(name=f"key_{number:02}")
    page.goto(f"{LIST}?ordering=name")
    expect(page.get_by_text("27 access keys")).to_be_visible()
    page.get_by_role("link", name="Page 2").click()
    rows(page, "key_25", "key_26")
    expect(page).to_have_url(re.compile("page=2"))
    page.get_by_role("navigation", name="Per page").get_by_role("link", name="50").click()
    expect(page.get_by_role("rowheader")).to_have_count(27)
    page.goto(LIST)  # The choice is remembered.
    expect(page.get_by_role("rowheader")).to_have_count(27)


def test_rename(page: Page) -> None:
    alpha = three()[0]
    page.goto(f"{LIST}{alpha.pk}/")
    name, save = page.get_by_role("textbox", name="Name"), page.get_by_role("button", name="Save", exact=True)
    expect(save).to_be_disabled()
    name.fill("beta")
    save.click()
    expect(page.get_by_text("Another access key has this name")).to_be_visible()
    expect(name).to_have_value("beta")
    expect(save).to_be_disabled()
    name.fill("omega")
    expect(save).to_be_enabled()
    name.fill("alpha")  # What is stored already.
    expect(save).to_be_disabled()
    name.fill("omega")
    save.click()
    expect(page.get_by_role("heading", name="omega")).to_be_visible()
    alpha.refresh_from_db()
    assert alpha.name == "omega"


def test_unsaved_changes_are_guarded(page: Page) -> None:
    alpha = three()[0]
    page.goto(f"{LIST}{alpha.pk}/")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    name = page.get_by_role("textbox", name="Name")
    name.press("End")
    name.press_sequentially("_changed")
    page.get_by_role("link", name="Audit log", exact=True).click(no_wait_after=True)
    expect(name).to_have_value("alpha_changed")
    page.wait_for_function("true")
    assert asked == ["beforeunload"]
    assert page.url.endswith(f"{alpha.pk}/")

    # One refused by the server is as unsaved as before.
    name.fill("two words")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(name).to_have_attribute("aria-invalid", "true")
    page.get_by_role("link", name="Audit log", exact=True).click(no_wait_after=True)
    expect(name).to_have_value("two words")
    page.wait_for_function("true")
    assert asked == ["beforeunload"] * 2


def test_no_button_throws_away_what_another_would_have_saved(page: Page) -> None:
    alpha = three()[0]
    page.goto(f"{LIST}{alpha.pk}/")
    page.on("dialog", lambda dialog: pytest.fail(f"The browser asked: {dialog.type}"))
    rate = page.get_by_label("Rate limit")
    rate.fill("10")
    page.get_by_role("button", name="Suspend").click()
    expect(page.get_by_role("alert").filter(has_text="The limits are not saved yet.")).to_be_visible()
    expect(rate).to_be_focused()
    page.get_by_role("button", name="Save limits").click()
    page.get_by_role("button", name="Suspend").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    alpha.refresh_from_db()
    assert (alpha.rate_limit, alpha.is_suspended) == ("10/minute", True)


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


def test_show_a_key_that_somebody_else_has_revoked(page: Page, complaints: Complaints) -> None:
    alpha = three()[0]
    page.reload()
    revoke_elsewhere(alpha)
    page.get_by_role("button", name="Show key of alpha").click()
    row = page.get_by_role("row", name="alpha")
    expect(row.get_by_role("alert")).to_have_text("There is no such access key. It may have been revoked.")
    expect(page.get_by_role("rowheader")).to_have_count(3)
    row.get_by_role("button", name="Close").click()
    expect(row.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_role("button", name="Show key of alpha")).to_be_focused()
    page.get_by_role("link", name="Revoke access key alpha").click()
    expect(page.get_by_role("main").get_by_text("There is no such access key.")).to_be_visible()
    rows(page, "gamma", "beta")
    complaints.allow_status(404)


def test_show_a_key_without_a_connection(page: Page, complaints: Complaints) -> None:
    three()
    page.reload()
    page.context.set_offline(True)
    page.get_by_role("button", name="Show key of alpha").click()
    expect(page.get_by_role("alert").filter(has_text="The server cannot be reached.")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name="Show key of alpha").click()
    expect(page.get_by_text("ica_")).to_be_visible()
    assert all("ERR_INTERNET_DISCONNECTED" in text or text.startswith("htmx:") for text in complaints)
    complaints.clear()


def test_show_a_key_with_a_broken_seal(page: Page, complaints: Complaints) -> None:
    alpha = three()[0]
    AccessKey.objects.filter(pk=alpha.pk).update(sealed=b"?" * 84)
    page.goto(f"{LIST}{alpha.pk}/")
    page.get_by_role("button", name="Show key").click()
    expect(page.get_by_role("region", name="Key").get_by_role("alert")).to_be_visible()
    assert "ica_" not in page.content()
    complaints.allow_status(503)


def test_suspend_limit_and_resume(page: Page) -> None:
    alpha = three()[0]
    page.goto(f"{LIST}{alpha.pk}/")
    page.get_by_role("button", name="Suspend").click()
    expect(page.get_by_role("heading", name="alpha")).to_contain_text("Suspended")
    page.get_by_label("Allowed networks").fill("192.0.2.1/24")
    page.get_by_role("button", name="Save limits").click()
    expect(page.get_by_label("Allowed networks")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Allowed networks")).to_be_focused()
    expect(page.get_by_label("Allowed networks")).to_have_value("192.0.2.1/24")
    page.get_by_label("Allowed networks").fill("192.0.2.0/24")
    page.get_by_label("Rate limit").fill("10")
    page.get_by_role("button", name="Save limits").click()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="Suspend")).to_be_visible()
    alpha.refresh_from_db()
    assert (alpha.allowed_networks, alpha.rate_limit) == (["192.0.2.0/24"], "10/minute")
    assert alpha.is_usable


def test_revoke_several(page: Page) -> None:
    beta = three()[1]
    page.reload()
    buttons = page.get_by_role("button", name=re.compile("^Revoke "))
    expect(buttons).to_have_count(0)
    page.get_by_label("Select alpha").check()
    expect(buttons).to_have_text("Revoke 1 access key")
    page.get_by_label("Select all on this page").check()
    expect(buttons).to_have_text("Revoke 3 access keys")
    page.get_by_label("Select beta").uncheck()
    page.get_by_role("button", name="Revoke 2 access keys").click()
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


def test_export_what_the_filter_shows(page: Page) -> None:
    three()
    page.reload()
    page.get_by_role("searchbox").fill("beta")
    rows(page, "beta")
    with page.expect_download() as exported:
        page.get_by_role("link", name="Export CSV").click()
    text = Path(exported.value.path()).read_text(encoding="utf-8")
    assert "beta" in text
    assert "alpha" not in text
    assert "ica_" not in text


def test_audit_log(page: Page) -> None:
    alpha = three()[0]
    revoke_elsewhere(alpha)
    page.goto(AUDIT_LOG)
    entries = page.get_by_role("main").locator(".events summary")
    expect(entries).to_have_count(4)
    expect(entries.first).to_contain_text("Revoked")
    entries.first.click()
    page.get_by_role("link", name=str(alpha.pk)).click()
    expect(entries).to_have_count(2)
    expect(page).to_have_url(re.compile(f"access_key={alpha.pk}"))
    page.get_by_label("Action").select_option("Generated")
    expect(entries).to_have_count(1)
    page.get_by_label("Actor").fill("nobody")
    expect(page.get_by_role("heading", name="No entry matches")).to_be_visible()


def test_recent_activity_of_one_access_key(page: Page) -> None:
    alpha = three()[0]
    page.goto(f"{LIST}{alpha.pk}/")
    activity = page.get_by_role("region", name="Recent activity")
    expect(activity.locator("summary")).to_have_count(1)
    activity.get_by_role("link", name="Show all in the audit log").click()
    expect(page.get_by_role("main").locator(".events summary")).to_have_count(1)


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


def test_light_and_dark(page: Page) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    switch = page.get_by_role("button", name="Switch between light and dark")
    page.emulate_media(color_scheme="light")
    light = page.evaluate(background)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(background)
    assert light != dark
    switch.click()
    assert page.evaluate(background) == light
    page.reload(wait_until="commit")  # Remembered by the server: there is no flash.
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert page.evaluate(background) == light


def test_languages(page: Page) -> None:
    page.get_by_role("banner").locator("summary").click()
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.goto(AUDIT_LOG)
    expect(page.locator("html")).to_have_attribute("lang", "de")


def test_the_language_follows_the_browser(enter: Enter) -> None:
    page = enter(locale="fr-FR")
    page.goto(LIST)
    expect(page.locator("html")).to_have_attribute("lang", "fr")
