"""Events without an operation, as many as a search is to pass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from accesskeys.models import AuditEvent, event_search

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def event(minute: int, **fields: Any) -> AuditEvent:
    """One that happened so many minutes after noon, not yet written."""
    usual = {"action": "access_key.shown", "actor_label": "ada", "access_key_name": "billing"}
    kinds = {"actor_kind": "operator", "door": "console", "outcome": "succeeded"}
    return AuditEvent(at=NOON + timedelta(minutes=minute), **{**kinds, **usual, **fields})


@contextmanager
def reading(number: int) -> Iterator[None]:
    """Have each walk of a search read so many entries at most."""
    with (
        patch.object(event_search, "READ_AT_MOST", number),
        patch.object(event_search, "READ_OF_A_NAME", number),
    ):
        yield
