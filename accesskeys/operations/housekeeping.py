"""What nobody needs any more is deleted, some rows at a time: by a command, or by the server itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Event
from typing import Any, Final, NamedTuple

from django.apps import apps
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accesskeys.core import conf
from accesskeys.models import BulkRun, HandOver, HousekeepingRun, IdempotentRequest
from accesskeys.models.housekeeping_run import THE_ONE
from accesskeys.models.steps import delete_some
from accesskeys.operations.actors import Actor
from accesskeys.operations.settle_rotations import settle_rotations
from accesskeys.operations.trim_audit_log import trim_audit_log

EVERY: Final = timedelta(hours=1)

Told = Callable[[str, int], None]


class Chore(NamedTuple):
    """One kind of what is deleted."""

    name: str  # for programs
    words: str  # for people
    steps: Callable[[Actor], Iterator[int]]  # Yields after each step how many it has deleted.


def claim() -> bool:
    """Whether it is due, and ours to do: of all who ask, on all machines, it is one in an hour."""
    if HousekeepingRun.objects.latest_run() is None:
        fresh = HousekeepingRun(begun_at=timezone.now() - 2 * EVERY)
        HousekeepingRun.objects.bulk_create([fresh], ignore_conflicts=True)
    return bool(HousekeepingRun.objects.due(EVERY).update(begun_at=timezone.now(), ended_at=None))


def keep_house(
    *, actor: Actor, interrupted: Event, told: Told = lambda _name, _number: None
) -> dict[str, int]:
    """Do all chores, and note that it was done; returns how much of each kind was deleted.

    It ends between two steps where it is interrupted. Whatever a chore raises goes on to the caller.
    """
    deleted = {chore.name: 0 for chore in CHORES}
    begun: dict[str, Any] = {"begun_at": timezone.now(), "ended_at": None, "is_whole": False, "deleted": {}}
    HousekeepingRun.objects.update_or_create(pk=THE_ONE, defaults=begun)
    is_whole = False
    try:
        for chore in CHORES:
            for number in _unhurried(chore.steps(actor)):
                deleted[chore.name] += number
                told(chore.name, deleted[chore.name])
                if interrupted.is_set():
                    return deleted
            if interrupted.is_set():
                return deleted
        is_whole = True
    finally:
        HousekeepingRun.objects.filter(pk=THE_ONE).update(
            ended_at=timezone.now(), is_whole=is_whole, deleted=deleted
        )
    return deleted


def delete_all(outlived: Callable[[], QuerySet[Any]]) -> Iterator[int]:
    """Steps that delete these rows, each in a transaction of its own."""
    while True:
        with transaction.atomic():
            deleted = delete_some(outlived())
        if not deleted:
            return
        yield deleted


def _sessions(_actor: Actor) -> Iterator[int]:
    if not apps.is_installed("django.contrib.sessions"):  # A project without the console.
        return
    from django.contrib.sessions.models import Session

    yield from delete_all(
        lambda: Session.objects.filter(expire_date__lt=timezone.now()).order_by("expire_date")
    )


def _old_keys(actor: Actor) -> Iterator[int]:
    yield settle_rotations(actor=actor)


def _hand_overs(_actor: Actor) -> Iterator[int]:
    days = conf.audit_log_days()
    if days is not None:
        yield from delete_all(lambda: HandOver.objects.outlived(timedelta(days=days)))


# In this order.
CHORES: Final = [
    Chore("audit_events", "audit events", lambda actor: trim_audit_log(actor=actor)),
    Chore("sessions", "expired sessions", _sessions),
    Chore("old_keys", "old keys", _old_keys),
    Chore(
        "idempotent_requests",
        "remembered requests",
        lambda _actor: delete_all(IdempotentRequest.objects.outlived),
    ),
    Chore("bulk_runs", "old runs", lambda _actor: delete_all(BulkRun.objects.outlived)),
    Chore("hand_overs", "closed hand-overs", _hand_overs),
]


def _unhurried(steps: Iterator[int]) -> Iterator[int]:
    """Leave as much time to others as each step takes: who waits for SQLite's lock only looks now and then."""
    began = time.monotonic()
    for each in steps:
        took = time.monotonic() - began
        yield each
        time.sleep(took)
        began = time.monotonic()
