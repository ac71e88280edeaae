from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandError

from accesskeys import operations
from accesskeys.core import conf
from accesskeys.management.base import AccessKeyCommand
from accesskeys.management.interrupts import interrupts_deferred
from accesskeys.management.output import Progress
from accesskeys.operations.housekeeping import CHORES, keep_house


class Command(AccessKeyCommand):
    help = (
        "Delete what nobody needs any more: audit events that are older than AUDIT_LOG_DAYS, expired sessions, "
        "old keys whose end has come, what is remembered of requests with an Idempotency-Key, after 24 hours, and of "
        "what was done to many access keys at once, after 7 days, and closed hand-overs of the days of AUDIT_LOG_DAYS. "
        "The server does it once an hour; without that, run it once a day. It may be interrupted, and run again, at "
        "any time."
    )

    def run(self, **options: Any) -> None:
        due = operations.outlived().count()
        with interrupts_deferred() as interrupted, Progress(self.stderr, due) as progress:

            def show(name: str, deleted: int) -> None:
                if name == "audit_events":
                    progress.show(min(deleted, due))

            deleted = keep_house(actor=self.actor, interrupted=interrupted, told=show)
        self.tell([json.dumps(deleted) if options["json"] else _sentence(deleted)])
        if interrupted.is_set():
            raise CommandError("Interrupted. Run it again for what is left.")


def _sentence(deleted: Mapping[str, int]) -> str:
    days = conf.audit_log_days()
    kept = "Audit events are kept for good." if days is None else f"Audit events are kept for {days} days."
    return f"Deleted: {', '.join(f'{chore.words} {deleted[chore.name]:,}' for chore in CHORES)}. {kept}"
