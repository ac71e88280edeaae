from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accesskeys import operations
from accesskeys.core.moments import written
from accesskeys.management.base import AccessKeyCommand
from accesskeys.management.durations import moment_after, moment_at


class Command(AccessKeyCommand):
    help = (
        "Set until when a key works, later or earlier, from the next request on. An expired one works again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name_or_id")
        until = parser.add_mutually_exclusive_group()
        until.add_argument("--expires-in", metavar="TIME", help="from now: 12h, 90d, 4w or 1y")
        until.add_argument("--expires-at", metavar="TIME", help="such as 2030-01-31T12:00:00Z")
        until.add_argument("--never", action="store_true", help="until it is revoked")

    def run(self, **options: Any) -> None:
        changed = operations.extend(
            access_key_id=operations.resolve(options["name_or_id"]),
            expires_at=_expiry(**options),
            actor=self.actor,
        )
        access_key = changed.access_key
        until = f"expires at {written(access_key.expires_at)}" if access_key.expires_at else "does not expire"
        again = " It works again from now on." if changed.works_again else ""
        self.report(access_key, f"Access key {access_key.name} {until}.{again}", options)


def _expiry(
    *, expires_in: str | None, expires_at: str | None, never: bool, **_others: Any
) -> datetime | None:
    if expires_in is not None:
        return moment_after(expires_in)
    if expires_at is not None:
        return moment_at(expires_at)
    if not never:
        raise CommandError("Say until when: --expires-in, --expires-at or --never.")
    return None
