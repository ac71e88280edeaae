from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from accesskeys import operations
from accesskeys.core import conf
from accesskeys.management.base import AccessKeyCommand
from accesskeys.management.interrupts import interrupts_deferred
from accesskeys.models.steps import AT_ONCE
from accesskeys.operations import Tally, Task
from accesskeys.operations.policy import Operation


class Command(AccessKeyCommand):
    help = (
        "Revoke again what the journal of REVOCATIONS_FILE calls revoked and a restored backup has brought back, and "
        "suspend each access key whose old key had ended and works again. It may be interrupted, and run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--dry-run", action="store_true", help="print the ids of these access keys, and change nothing"
        )

    def run(self, **options: Any) -> None:
        if conf.revocations_file() is None:
            raise CommandError("There is no journal: ACCESS_KEYS_REVOCATIONS_FILE is not set.")
        revived = operations.find_revived()
        if options["dry_run"]:
            told = {"revoked": revived.access_keys, "with_ended_keys": revived.with_ended_keys}
            self.tell(
                [json.dumps(told, default=str)]
                if options["json"]
                else [f"{access_key_id}\t{what}" for what, ids in told.items() for access_key_id in ids]
            )
            return
        revoked = self.work(Operation.REVOKE, revived.access_keys)
        suspended = self.work(Operation.SUSPEND, revived.with_ended_keys)
        done = {"revoked": len(revoked.done), "suspended": len(suspended.done)}
        self.tell([json.dumps(done) if options["json"] else _sentence(**done)])
        if rest := operations.find_revived().sentence:
            raise CommandError(f"Not all is done. {rest}")

    def work(self, operation: Operation, access_key_ids: Sequence[UUID]) -> Tally:
        """Batch by batch, each of them committed before the next one begins."""
        tally = Tally()
        with interrupts_deferred() as interrupted:
            for start in range(0, len(access_key_ids), AT_ONCE):
                if interrupted.is_set():
                    break
                batch = access_key_ids[start : start + AT_ONCE]
                tally.add(
                    operations.change_many(access_key_ids=batch, task=Task(operation), actor=self.actor)
                )
        return tally


def _sentence(*, revoked: int, suspended: int) -> str:
    said = f"Revoked again: {revoked:,}. Suspended: {suspended:,}."
    if suspended:
        said += (
            " To these, give another key: rotate_access_key NAME --at-once. When their programs have it, "
            "resume_access_key."
        )
    return said
