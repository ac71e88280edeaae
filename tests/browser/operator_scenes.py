"""The pages about operators, each in the states that look different."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Group, User
from playwright.sync_api import expect

from accesskeys.operations.actors import Actor
from identity_cloud.operators import operations
from identity_cloud.operators.factors import totp
from identity_cloud.operators.models import OneTimeLink
from tests.factories import OperatorFactory
from tests.identity_cloud.factors.asking import SECRET

if TYPE_CHECKING:
    from tests.browser.scenes import Stage

OPERATORS = "/settings/operators/"
LINK = "/accounts/link/"
COMMAND = Actor.for_command()


def _list(stage: Stage) -> None:
    operations.invite(name="bea", roles=["Viewers"], actor=COMMAND)
    User.objects.create_superuser("root")
    OperatorFactory(username="gone@example.com", is_active=False)
    OperatorFactory(username="a_name_that_is_as_long_as_a_name_may_be".ljust(150, "x"), roles=["Auditors"])
    stage.page.goto(OPERATORS)


def _details(stage: Stage) -> None:
    bea = operations.invite(name="bea", roles=["Viewers"], actor=COMMAND).operator
    bea.groups.add(Group.objects.create(name="Night shift"))
    totp.add(bea, SECRET, used=0)
    stage.page.goto(f"{OPERATORS}{bea.pk}/")


def _superuser(stage: Stage) -> None:
    stage.page.goto(f"{OPERATORS}{User.objects.create_superuser('root').pk}/")


def _invite(stage: Stage) -> None:
    stage.page.goto(OPERATORS)
    stage.page.get_by_role("link", name="Invite operator").click()
    expect(stage.page.get_by_role("dialog", name="Invite operator")).to_be_visible()


def _refused_invitation(stage: Stage) -> None:
    _invite(stage)
    stage.page.get_by_label("Name", exact=True).fill("a b")
    stage.page.get_by_role("dialog").get_by_role("button", name="Invite operator").click()
    expect(stage.page.get_by_label("Name", exact=True)).to_have_attribute("aria-invalid", "true")


def _invitation(stage: Stage) -> None:
    _invite(stage)
    stage.page.get_by_label("Name", exact=True).fill("bea")
    stage.page.get_by_role("dialog").get_by_role("button", name="Invite operator").click()
    expect(stage.page.locator("#one-time-link")).to_be_visible()


def _last_administrator(stage: Stage) -> None:
    stage.page.goto(f"{OPERATORS}{User.objects.get(username='ada').pk}/deactivate/")
    stage.page.get_by_role("button", name="Deactivate operator").click()
    expect(stage.page.get_by_text("This is the last administrator who can sign in")).to_be_visible()


def _reset(stage: Stage) -> None:
    stage.page.goto(f"{OPERATORS}{OperatorFactory(username='bea').pk}/reset/")


def _opened_link(stage: Stage, address: str = "") -> None:
    secret = operations.invite(name="bea", roles=["Viewers"], actor=COMMAND).secret
    stage.page.context.clear_cookies()
    stage.page.goto(address or f"{LINK}#{secret}")


def _choose_password(stage: Stage) -> None:
    _opened_link(stage)
    stage.page.get_by_role("button", name="Continue").click()
    stage.page.get_by_label("New password", exact=True).fill("short")
    stage.page.get_by_label("New password, again").fill("short")
    stage.page.get_by_role("button", name="Choose this password").click()
    expect(stage.page.get_by_text("This password is too short.")).to_be_visible()


def _choose_passkey(stage: Stage) -> None:
    _opened_link(stage)
    stage.page.get_by_role("button", name="Continue").click()
    stage.page.goto("/accounts/choose-passkey/")


def _link_of_another(stage: Stage) -> None:
    assert not OneTimeLink.objects.exists()
    stage.page.goto(LINK)


PAGES: Mapping[str, Callable[[Stage], Any]] = {
    "operators": _list,
    "operators of whom none matches": lambda stage: stage.page.goto(f"{OPERATORS}?search=nobody"),
    "operators with notices": lambda stage: stage.page.goto(f"{OPERATORS}?role=odd&status=odd&ordering=odd"),
    "operator": _details,
    "operator who is a superuser": _superuser,
    "invite dialog": _invite,
    "refused invitation": _refused_invitation,
    "invitation": _invitation,
    "deactivation of the last administrator": _last_administrator,
    "reset": _reset,
    "one-time link": _opened_link,
    "one-time link to be pasted": lambda stage: _opened_link(stage, LINK),
    "one-time link of another": _link_of_another,
    "refused choice of a password": _choose_password,
    "choice of a passkey where there is none": _choose_passkey,
}
