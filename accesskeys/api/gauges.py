"""Numbers that the database knows about access keys, for Prometheus. What costs more than an index is remembered."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache
from itertools import chain
from typing import Any

from django.apps import apps
from django.db.models import Count, QuerySet
from django.utils import timezone

from accesskeys import operations
from accesskeys.api.exposition import gauge
from accesskeys.core.keyring import get_keyring
from accesskeys.models import AccessKey, BulkRun, IdempotentRequest, Rotation
from accesskeys.models.attention import EXPIRES_SOON
from accesskeys.verification import replica

LIMIT = 10_000
ROWS_REMEMBERED = 600  # seconds: to count them, all are looked at


def register() -> None:
    """Let Prometheus be told them."""
    gauge(
        "access_keys_expiring",
        f"Access keys that stop working within {EXPIRES_SOON.days} days, counted up to {LIMIT}.",
        lambda: _counted(AccessKey.objects.expiring(EXPIRES_SOON)),
    )
    gauge(
        "access_keys_housekeeping_due",
        f"What waits for housekeeping, counted up to {LIMIT}.",
        lambda: {what: _counted(find()) for what, find in _due().items()},
        label="what",
    )
    gauge(
        "access_keys_master_key_rows",
        f"Access keys that need a master key, counted every {ROWS_REMEMBERED // 60} minutes.",
        lambda: _rows(tuple(get_keyring().master_keys), int(time.monotonic() // ROWS_REMEMBERED)),
        label="master_key",
    )
    gauge(
        "access_keys_standby",
        "1 for the state that the replica is in, as the process knows it that answers; nothing without a replica.",
        _replica,
        label="state",
    )


def _replica() -> dict[str, float]:
    standing = replica.standing()
    return {} if standing is None else {state: float(state is standing.state) for state in replica.State}


def _due() -> dict[str, Callable[[], QuerySet[Any]]]:
    due: dict[str, Callable[[], QuerySet[Any]]] = {
        "audit_events": operations.outlived,
        "old_keys": lambda: Rotation.objects.filter(ends_at__lte=timezone.now()).exclude(first_used_at=None),
        "idempotent_requests": IdempotentRequest.objects.outlived,
        "bulk_runs": BulkRun.objects.outlived,
    }
    if apps.is_installed("django.contrib.sessions"):
        due["sessions"] = _expired_sessions
    return due


def _expired_sessions() -> QuerySet[Any]:
    from django.contrib.sessions.models import Session

    return Session.objects.filter(expire_date__lt=timezone.now())


def _counted(rows: QuerySet[Any]) -> int:
    return rows.order_by()[:LIMIT].count()


@lru_cache(maxsize=2)
def _rows(ids: tuple[str, ...], _period: int) -> dict[str, int]:
    """By the id of the master key: rows are found by one, and sealed under one, which may be another."""
    numbers = dict.fromkeys(ids, 0)
    for found_by, sealed_under, number in chain.from_iterable(
        rows.values_list("digest_key_id", "sealed_key_id").annotate(Count("pk")).order_by()
        for rows in (AccessKey.objects, Rotation.objects)
    ):
        for key_id in {found_by, sealed_under}:
            numbers[key_id] = numbers.get(key_id, 0) + number
    return numbers
