"""Who asks, and what the database says in the end. Runs in a DjangoProcess."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client

from accesskeys import operations
from accesskeys.core import scopes
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.models.audit_event import Outcome
from accesskeys.operations.actors import Actor
from benchmarks.endurance.closing import LIMIT

STANDING = 300  # access keys that nobody touches
UNKNOWN = 50


def prepare() -> dict[str, Any]:
    """A writer, a reader, access keys that stay, keys of access keys that are gone, and an operator."""
    actor = Actor.for_command()

    def key(name: str, *granted: str) -> tuple[str, str, str]:
        access_key, text = operations.generate(name=name, actor=actor, scopes=granted)
        return str(access_key.pk), name, text

    unknown = [key(f"unknown_{number}") for number in range(UNKNOWN)]
    AccessKey.objects.filter(name__startswith="unknown_").delete()
    password = secrets.token_urlsafe(16)
    operator = get_user_model().objects.create_superuser("operator", "", password)
    browser = Client(headers={"host": "127.0.0.1"})
    browser.force_login(operator)
    return {
        "writer": key("writer", scopes.READ, scopes.WRITE, scopes.REVEAL)[2],
        "limited": operations.generate(name="limited", actor=actor, rate_limit=f"{LIMIT}/minute")[1],
        "reader": key("reader", scopes.READ)[2],
        "standing": [key(f"standing_{number:03}") for number in range(STANDING)],
        "unknown": [text for _, _, text in unknown],
        "password": password,
        "cookie": f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}",
    }


def rows() -> dict[str, str]:
    """The name of each access key, by ID."""
    return {str(pk): name for pk, name in AccessKey.objects.values_list("pk", "name")}


def events() -> list[tuple[str, str]]:
    """Each event of what was done to an access key: its ID, and the action."""
    done = AuditEvent.objects.filter(outcome=Outcome.SUCCEEDED, access_key_id__isnull=False)
    return [(str(pk), action) for pk, action in done.values_list("access_key_id", "action")]
