"""Every page and dialog of the console, each in the states that look different."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Self

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.utils import timezone
from playwright.sync_api import Page, expect

from accesskeys import operations
from accesskeys.console.views.list import AccessKeyListPage
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.browser import many_scenes, operator_scenes
from tests.factories import AccessKeyFactory, key_of

LIST = "/settings/access-keys/"
GENERATE = f"{LIST}generate/"
AUDIT_LOG = "/settings/audit-log/"


@dataclass(frozen=True)
class Stock:
    """What the pages have to show: one access key of each kind, and one with a broken seal."""

    plain: AccessKey
    full: AccessKey
    broken: AccessKey

    @classmethod
    def new(cls) -> Self:
        full = AccessKeyFactory(
            name="W" * 30,
            scopes=["access_keys:read", "orders:write"],
            expires_at=timezone.now() + timedelta(days=3),
        )
        AccessKeyFactory(name="expired", expired=True)
        plain, broken = AccessKeyFactory(name="billing_worker"), AccessKeyFactory(name="broken")
        AccessKey.objects.filter(pk=broken.pk).update(sealed=b"?" * 84)
        AccessKey.objects.filter(pk=full.pk).update(last_used_at=timezone.now() - timedelta(minutes=2))
        by = {"actor": Actor.for_command(), "access_key_id": full.pk}
        operations.limit(**by, allowed_networks=["192.0.2.0/24", "2001:db8::/32"], rate_limit="10/minute")
        operations.suspend(**by)
        return cls(plain, full, broken)


@dataclass(frozen=True)
class Stage:
    """Where a scene plays."""

    page: Page
    stock: Stock
    monkeypatch: pytest.MonkeyPatch

    def break_list(self, error: Exception) -> None:
        """From now on, the list fails with this error."""

        def fail(*args: Any, **kwargs: Any) -> None:
            raise error

        self.monkeypatch.setattr(AccessKeyListPage, "get", fail)


Scene = Callable[[Stage], Any]


def _go(path: str, stage: Stage) -> None:
    stage.page.goto(path)


def _details(stage: Stage, kind: str = "plain", rest: str = "") -> None:
    stage.page.goto(f"{LIST}{getattr(stage.stock, kind).pk}/{rest}")


def _shown_key(stage: Stage) -> None:
    _details(stage)
    stage.page.get_by_role("button", name="Show key").click()
    expect(stage.page.locator(".shown-key")).to_be_visible()


def _shown_key_in_list(stage: Stage) -> None:
    _go(LIST, stage)
    stage.page.get_by_role("button", name="Show key of billing_worker").click()
    expect(stage.page.locator(".shown-key")).to_be_visible()


def _key_in_address(stage: Stage) -> None:
    _go(f"{LIST}?search={key_of(stage.stock.plain)}", stage)
    expect(stage.page.get_by_role("link", name="Find the access key")).to_be_visible()


def _broken_key(stage: Stage) -> None:
    _details(stage, "broken")
    stage.page.get_by_role("button", name="Show key").click()
    expect(stage.page.get_by_role("main").get_by_role("alert")).to_be_visible()


def _wrong_name(stage: Stage) -> None:
    _details(stage)
    stage.page.get_by_role("textbox", name="Name").fill("two words")
    stage.page.get_by_role("button", name="Save", exact=True).click()
    expect(stage.page.get_by_role("textbox", name="Name")).to_have_attribute("aria-invalid", "true")


def _wrong_limits(stage: Stage) -> None:
    _details(stage, rest="?edit=limits")
    stage.page.get_by_label("Allowed networks").fill("nowhere")
    stage.page.get_by_label("Rate limit").fill("many")
    stage.page.get_by_role("button", name="Save limits").click()
    expect(stage.page.get_by_label("Allowed networks")).to_have_attribute("aria-invalid", "true")


def _editing(stage: Stage) -> None:
    _details(stage, "full")
    for section in ("facts", "scopes", "expiry", "limits"):
        stage.page.locator(f"#{section} a", has_text="Edit").click()
        stage.page.wait_for_selector(f"#{section} form")


def _too_slow(stage: Stage) -> None:
    _details(stage, "full", "?edit=facts")
    operations.describe(access_key_id=stage.stock.full.pk, actor=Actor.for_command(), owner="Warehouse")
    stage.page.get_by_label("Owner").fill("Payments")
    stage.page.locator("#facts").get_by_role("button", name="Save").click()
    expect(stage.page.get_by_text("Somebody else has changed this meanwhile")).to_be_visible()


def _generate_dialog(stage: Stage) -> None:
    _go(LIST, stage)
    stage.page.get_by_role("link", name="Generate access key").click()
    expect(stage.page.get_by_role("dialog", name="Generate access key")).to_be_visible()


def _generate_dialog_with_errors(stage: Stage) -> None:
    _generate_dialog(stage)
    dialog = stage.page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("two words")
    dialog.get_by_role("radio", name="Until a date").check(force=True)
    dialog.get_by_role("button", name="Generate").click()
    expect(dialog.get_by_label("Name", exact=True)).to_have_attribute("aria-invalid", "true")


def _accepted_name(stage: Stage) -> None:
    _generate_dialog(stage)
    stage.page.get_by_role("dialog").get_by_label("Name", exact=True).press_sequentially("free")
    expect(stage.page.get_by_text("This name can be used.")).to_be_visible()


def _revoke_dialog(stage: Stage) -> None:
    _details(stage, "full")
    stage.page.get_by_role("link", name="Revoke access key").click()
    expect(stage.page.get_by_role("dialog", name="Revoke access key")).to_be_visible()


def _revoke_dialog_without_tick(stage: Stage) -> None:
    _revoke_dialog(stage)
    stage.page.get_by_role("dialog").get_by_role("button", name="Revoke access key").click()
    expect(stage.page.get_by_text("Tick the box")).to_be_visible()


def _shortcuts_dialog(stage: Stage) -> None:
    _go(LIST, stage)
    stage.page.keyboard.press("?")
    expect(stage.page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def _menu(stage: Stage) -> None:
    _go(LIST, stage)
    stage.page.get_by_role("banner").get_by_text("ada").click()
    expect(stage.page.get_by_role("button", name="Sign out")).to_be_visible()


def _opened_events(stage: Stage) -> None:
    _go(AUDIT_LOG, stage)
    for number in range(2):
        stage.page.get_by_role("main").locator(".events summary").nth(number).click()
    expect(stage.page.get_by_text("Outcome").first).to_be_visible()


def _refused_password(stage: Stage) -> None:
    _go("/accounts/password/change/", stage)
    stage.page.get_by_label("Current password").fill("wrong")
    stage.page.get_by_label("New password", exact=True).fill("short")
    stage.page.get_by_label("New password, again").fill("other")
    stage.page.get_by_role("button", name="Change password").click()
    expect(stage.page.get_by_role("main").get_by_role("listitem").nth(1)).to_be_visible()


def _sign_in(stage: Stage) -> None:
    stage.page.context.clear_cookies()
    _go(LIST, stage)
    expect(stage.page.get_by_role("heading", name="Sign in")).to_be_visible()


def _refused_sign_in(stage: Stage) -> None:
    _sign_in(stage)
    stage.page.get_by_label("Username").fill("nobody")
    stage.page.get_by_label("Password").fill("wrong")
    stage.page.get_by_role("button", name="Sign in").click()
    expect(stage.page.get_by_role("main").get_by_role("alert")).to_be_visible()


def _throttled(stage: Stage) -> None:
    stage.monkeypatch.setattr(settings, "ACCOUNT_RATE_LIMITS", {"login": "1/h/ip"}, raising=False)
    _sign_in(stage)
    for _ in range(2):
        stage.page.get_by_label("Username").fill("nobody")
        stage.page.get_by_label("Password").fill("wrong")
        stage.page.get_by_role("button", name="Sign in").click()
        expect(stage.page.get_by_role("main").get_by_role("alert")).to_be_visible()
        if stage.page.get_by_role("heading", name="Too many requests").is_visible():
            break
    expect(stage.page.get_by_role("heading", name="Too many requests")).to_be_visible()


def _too_large(stage: Stage) -> None:
    _go(GENERATE, stage)
    name = stage.page.get_by_label("Name", exact=True)
    # Submitted by the browser alone: a script would show the problem in place.
    name.evaluate("(field) => { field.value = 'n'.repeat(70_000); field.form.submit(); }")
    expect(stage.page.get_by_role("heading", name="Too large")).to_be_visible()


def _no_access_keys(stage: Stage) -> None:
    AccessKey.objects.all().delete()
    _go(LIST, stage)


def _failing(stage: Stage, *, error: Exception) -> None:
    stage.break_list(error)
    _go(LIST, stage)


PAGES: Mapping[str, Scene] = {
    "sign-in": _sign_in,
    "refused sign-in": _refused_sign_in,
    "empty list": _no_access_keys,
    "list": partial(_go, LIST),
    "list of what a short text finds": partial(_go, f"{LIST}?search=b"),
    "list that nothing matches": partial(_go, f"{LIST}?search=nothing"),
    "list with notices": partial(_go, f"{LIST}?status=odd&page=99&ordering=odd"),
    "list after a key in the address": _key_in_address,
    "key shown in the list": _shown_key_in_list,
    "details": _details,
    "details of a key with everything": partial(_details, kind="full"),
    "shown key": _shown_key,
    "refused name": _wrong_name,
    "refused limits": _wrong_limits,
    "sections being edited": _editing,
    "somebody was faster": _too_slow,
    "another like this": lambda stage: _go(f"{GENERATE}?like={stage.stock.full.pk}", stage),
    "generate page": partial(_go, GENERATE),
    "generate dialog": _generate_dialog,
    "generate dialog with errors": _generate_dialog_with_errors,
    "generate dialog with an accepted name": _accepted_name,
    "find page": partial(_go, f"{LIST}find/"),
    "revoke page": partial(_details, rest="revoke/"),
    "revoke dialog": _revoke_dialog,
    "revoke dialog without the tick": _revoke_dialog_without_tick,
    **many_scenes.PAGES,
    **operator_scenes.PAGES,
    "audit log": _opened_events,
    "audit log that nothing matches": partial(_go, f"{AUDIT_LOG}?actor=nobody"),
    "API documentation": partial(_go, "/api/v1/docs/"),
    "password": partial(_go, "/accounts/password/change/"),
    "refused password": _refused_password,
    "sign-out": partial(_go, "/accounts/logout/"),
    "account switched off": partial(_go, "/accounts/inactive/"),
    "shortcuts dialog": _shortcuts_dialog,
    "menu": _menu,
}
PROBLEMS: Mapping[str, tuple[int, Scene]] = {
    "broken key": (503, _broken_key),
    "not found": (404, partial(_go, "/nowhere/")),
    "not allowed": (403, partial(_failing, error=PermissionDenied())),
    "too large": (413, _too_large),
    "too many requests": (429, _throttled),
    "bad request": (400, partial(_failing, error=SuspiciousOperation())),
    "server error": (500, partial(_failing, error=RuntimeError())),
    "database away": (503, partial(_failing, error=OperationalError())),
}
