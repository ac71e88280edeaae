"""What the tests of changes in place ask in the same words."""

from __future__ import annotations

from typing import Any

from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory
from tests.helpers import stored


def program(*scopes: str, **kwargs: Any) -> Actor:
    """A calling key that may change access keys, with these scopes as well."""
    return Actor.for_access_key(
        AccessKeyFactory(scopes=["access_keys:write", *scopes], **kwargs), address="192.0.2.7"
    )


def told(action: str) -> list[tuple[str, str, Any]]:
    """What the audit log says of this action, oldest first: outcome, reason, details."""
    events = AuditEvent.objects.filter(action=f"access_key.{action}").order_by("id")
    return [(event.outcome, event.reason, event.details) for event in events]


def changed_columns(access_key: AccessKey, before: dict[str, Any]) -> dict[str, Any]:
    """The columns that are other than they were, and how they are now."""
    return {name: value for name, value in stored(access_key.pk).items() if value != before[name]}
