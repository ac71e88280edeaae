from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.apps import apps
from django.core.management.base import CommandError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accesskeys import operations
from accesskeys.core import conf
from accesskeys.management.base import AccessKeyCommand
from accesskeys.management.interrupts import interrupts_deferred
from accesskeys.management.output import Progress
from accesskeys.models import BulkRun, IdempotentRequest
from accesskeys.models.steps import delete_some

_WORDS = {
    "audit_events": "audit events",
    "sessions": "expired sessions",
    "old_keys": "old keys",
    "idempotent_requests": "remembered requests",
    "bulk_runs": "old runs",
}


class Command(AccessKeyCommand):
    help = (
        "Delete what nobody needs any more: audit events that are older than AUDIT_LOG_DAYS, expired sessions, "
        "old keys whose end has come, what is remembered of requests with an Idempotency-Key, after 24 hours, and of "
        "what was done to many access keys at once, after 7 days. "
        "Run it once a day. It may be interrupted, and run again, at any time."
    )

    def run(self, **options: Any) -> None:
        due = operations.outlived().count()
        events = 0
        others = dict.fromkeys(("sessions", "old_keys", "idempotent_requests", "bulk_runs"), 0)
        with interrupts_deferred() as interrupted, Progress(self.stderr, due) as progress:
            for deleted in _unhurried(operations.trim_audit_log(actor=self.actor)):
                events += deleted
                progress.show(min(events, due))
                if interrupted.is_set():
                    break
            if not interrupted.is_set():
                others["sessions"] = sum(_unhurried(_clear_sessions()))
                others["old_keys"] = operations.settle_rotations(actor=self.actor)
                others["idempotent_requests"] = sum(_unhurried(_clear(IdempotentRequest.objects.outlived)))
                others["bulk_runs"] = sum(_unhurried(_clear(BulkRun.objects.outlived)))
        told = _as_json if options["json"] else _sentence
        self.tell([told({"audit_events": events, **others})])
        if interrupted.is_set():
            raise CommandError("Interrupted. Run it again for what is left.")


def _clear_sessions() -> Iterator[int]:
    """Delete the expired sessions of operators; yields after each step how many it has deleted."""
    if not apps.is_installed("django.contrib.sessions"):  # A project without the console.
        return
    from django.contrib.sessions.models import Session

    yield from _clear(lambda: Session.objects.filter(expire_date__lt=timezone.now()).order_by("expire_date"))


def _clear(outlived: Callable[[], QuerySet[Any]]) -> Iterator[int]:
    while True:
        with transaction.atomic():
            deleted = delete_some(outlived())
        if not deleted:
            return
        yield deleted


def _unhurried(steps: Iterator[int]) -> Iterator[int]:
    """Leave as much time to others as each step takes: who waits for SQLite's lock only looks now and then."""
    began = time.monotonic()
    for each in steps:
        took = time.monotonic() - began
        yield each
        time.sleep(took)
        began = time.monotonic()


def _as_json(deleted: Mapping[str, int]) -> str:
    return json.dumps(deleted)


def _sentence(deleted: Mapping[str, int]) -> str:
    days = conf.audit_log_days()
    kept = "Audit events are kept for good." if days is None else f"Audit events are kept for {days} days."
    return f"Deleted: {', '.join(f'{_WORDS[what]} {number:,}' for what, number in deleted.items())}. {kept}"
