"""The pages for many access keys at once, each in the states that look different."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from playwright.sync_api import expect

from accesskeys import operations
from accesskeys.models import BulkRun
from accesskeys.operations.actors import Actor
from accesskeys.operations.policy import Operation

if TYPE_CHECKING:
    from tests.browser.scenes import Stage

LIST = "/settings/access-keys/"


def _go(path: str, stage: Stage) -> None:
    stage.page.goto(path)


def _selection(stage: Stage) -> None:
    _go(LIST, stage)
    stage.page.get_by_label("Select all on this page").check()


def _many(stage: Stage, operation: str) -> None:
    _selection(stage)
    stage.page.locator("#selection summary").click()
    stage.page.locator("#selection").get_by_role("button", name=operation).click()
    expect(stage.page.get_by_role("dialog", name="4 access keys")).to_be_visible()


def _many_menu(stage: Stage) -> None:
    _selection(stage)
    stage.page.locator("#selection summary").click()


def _bulk_revoke_with_errors(stage: Stage) -> None:
    _many(stage, "Revoke")
    stage.page.get_by_label("How many access keys are these?").fill("3")
    stage.page.get_by_role("button", name="Revoke 4 access keys").click()
    expect(stage.page.get_by_label("How many access keys")).to_have_attribute("aria-invalid", "true")


def _many_page(stage: Stage) -> BulkRun:
    ids = [stage.stock.plain.pk, stage.stock.full.pk]
    run = operations.draft_run(operation=Operation.SUSPEND, access_key_ids=ids, actor=Actor.for_command())
    _go(f"{LIST}many/{run.pk}/", stage)
    return run


def _many_half_done(stage: Stage, **others: Any) -> None:
    run = _many_page(stage)
    refusals = [[stage.stock.plain.name, "An access key carries at most 16 labels."]]
    BulkRun.objects.filter(pk=run.pk).update(
        confirmed_at=timezone.now(), total=1234, reached=500, done=499, refused=1, refusals=refusals, **others
    )
    stage.page.reload()
    expect(stage.page.get_by_text("500 of 1,234")).to_be_visible()


def _many_stopped(stage: Stage) -> None:
    _many_half_done(stage, finished_at=timezone.now(), stopped_by="anna")


PAGES: Mapping[str, Callable[[Stage], Any]] = {
    "list with a selection": _selection,
    "menu of a selection": _many_menu,
    "bulk revoke dialog": partial(_many, operation="Revoke"),
    "bulk revoke dialog with errors": _bulk_revoke_with_errors,
    "bulk label dialog": partial(_many, operation="Label…"),
    "bulk suspend page": _many_page,
    "bulk suspension half done": _many_half_done,
    "bulk suspension stopped": _many_stopped,
}
