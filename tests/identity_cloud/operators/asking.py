"""What the tests about operators ask in the same words."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.utils.html import strip_tags

from accesskeys.models import AuditEvent
from accesskeys.operations.actors import Actor
from tests.factories import OperatorFactory, proven


def administrator(name: str = "ada", *more: str) -> Actor:
    """An administrator who has just signed in."""
    return proven(OperatorFactory(username=name, roles=["Administrators", *more]), address="192.0.2.7")


def roles(operator_id: int) -> set[str]:
    """The names of an operator's groups as they are now."""
    return set(User.objects.get(pk=operator_id).groups.values_list("name", flat=True))


def events() -> list[tuple[str, str, str, str, dict[str, Any]]]:
    """The audit log about operators, oldest first: action, outcome, reason, about whom, details."""
    return [
        (event.action, event.outcome, event.reason, event.about_operator_name, event.details)
        for event in AuditEvent.objects.filter(action__startswith="operator.").order_by("id")
    ]


def signed_in(operator: User) -> Client:
    """A browser in which the operator is signed in."""
    client = Client()
    client.force_login(operator)
    return client


def is_signed_in(client: Client) -> bool:
    """Whether the browser is still let in. Every operator may read about the API."""
    return client.get("/api/v1/docs/").status_code == 200


def console(name: str = "ada", *more: str) -> Client:
    """The browser of an administrator who has just signed in."""
    return signed_in(OperatorFactory(username=name, roles=["Administrators", *more]))


def text(response: Any) -> str:
    """What the page says, without its markup, on one line."""
    return " ".join(strip_tags(response.content.decode().replace("<d", " <d")).split())


def link_in(response: Any) -> str:
    """The one-time link that the page shows."""
    found = re.findall(r'id="one-time-link"[^>]*>([^<]+)<', response.content.decode())
    assert len(found) == 1
    return str(found[0])
