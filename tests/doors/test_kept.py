"""What means the same is kept in one form, whichever door it came through."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from accesskeys.core.scopes import WRITE
from accesskeys.models import AccessKey
from tests.clients import consumer, signed_in
from tests.factories import AccessKeyFactory, OperatorFactory
from tests.management.helpers import run

pytestmark = pytest.mark.django_db

TYPED: dict[str, Any] = {
    "allowed_networks": ["127.0.0.1", "2001:DB8::1", "127.0.0.1/32", "10.0.0.0/8"],
    "description": " Sends invoices\u3000",
    "owner": "\u200b",
}
KEPT = {
    "allowed_networks": ["127.0.0.1/32", "2001:db8::1/128", "10.0.0.0/8"],
    "description": "Sends invoices",
    "owner": "",
}


def as_form() -> dict[str, Any]:
    return {**TYPED, "allowed_networks": "\n".join(TYPED["allowed_networks"])}


def as_options() -> list[str]:
    networks = [f"--network={text}" for text in TYPED["allowed_networks"]]
    return [*networks, f"--description={TYPED['description']}", f"--owner={TYPED['owner']}"]


def generate_in_console() -> None:
    client = signed_in(OperatorFactory(roles=["Operators"]))
    client.post(reverse("accesskeys:access_key_generate"), {"name": "billing", **as_form()})


def generate_by_api() -> None:
    client = consumer(AccessKeyFactory(name="caller", scopes=[WRITE]))
    body = json.dumps({"name": "billing", **TYPED})
    client.post(reverse("api:access_key_list"), body, content_type="application/json")


def generate_by_command() -> None:
    run("generate_access_key", "billing", *as_options())


def change_in_console() -> None:
    client = signed_in(OperatorFactory(roles=["Operators"]))
    access_key = AccessKeyFactory(name="billing", owner="before")
    for section in ("limits", "facts"):
        client.post(reverse(f"accesskeys:access_key_{section}", args=[access_key.pk]), as_form())


def change_by_api() -> None:
    client = consumer(AccessKeyFactory(name="caller", scopes=[WRITE]))
    access_key = AccessKeyFactory(name="billing", owner="before")
    url = reverse("api:access_key_details", args=[access_key.pk])
    client.patch(url, json.dumps(TYPED), content_type="application/json")


def change_by_command() -> None:
    AccessKeyFactory(name="billing", owner="before")
    options = as_options()
    run("limit_access_key", "billing", *[option for option in options if "network" in option])
    run("describe_access_key", "billing", *[option for option in options if "network" not in option])


@pytest.mark.parametrize(
    "through",
    [
        generate_in_console,
        generate_by_api,
        generate_by_command,
        change_in_console,
        change_by_api,
        change_by_command,
    ],
)
def test_an_address_and_blanks_around_a_text(through: Callable[[], None]) -> None:
    through()
    assert AccessKey.objects.values(*KEPT).get(name="billing") == KEPT


@pytest.mark.parametrize("text", ["a\n", "\ta", "\u2028"], ids=ascii)
def test_what_breaks_a_line_is_no_blank(text: str) -> None:
    client = signed_in(OperatorFactory(roles=["Operators"]))
    response = client.post(reverse("accesskeys:access_key_generate"), {"name": "billing", "owner": text})
    assert response.context["form"].has_error("owner", "invalid")
    assert not AccessKey.objects.exists()
