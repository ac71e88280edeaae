from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from threading import Event
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from accesskeys import operations
from accesskeys.management.base import AccessKeyCommand
from accesskeys.management.interrupts import interrupts_deferred
from accesskeys.management.output import Progress, json_array
from accesskeys.management.refusals import is_quotable
from accesskeys.models import AccessKey
from accesskeys.operations import Damage, Damaged
from accesskeys.operations.check_integrity import IntegrityCheck

LINE_EACH = 100_000  # access keys, where there is no terminal

SENTENCES: Mapping[Damage, str] = MappingProxyType(
    {
        Damage.ROW: "The row cannot be read.",
        Damage.SEALED: "The stored copy of its key is damaged or was moved: it cannot be shown, and goes on working.",
        Damage.NEXT_KEY: "The stored copy of its next key is damaged or was moved: it cannot be shown.",
        Damage.ROTATION: "It does not say that it has a next key: its old key may be accepted after its end.",
        Damage.DIGEST: "The digest is not that of its key: the key may be refused.",
        Damage.MASTER_KEY: "It names a master key that this database never had: it cannot be shown.",
        Damage.NAME: "The name is not one.",
        Damage.SCOPES: "The scopes are malformed.",
        Damage.NETWORKS: "The allowed networks are malformed.",
        Damage.RATE_LIMIT: "The rate limit is malformed.",
    }
)


class Command(AccessKeyCommand):
    help = (
        "Open the stored copy of every key, show none, and print the ID and name of each access key that is damaged, "
        "and what is wrong with it. Exit code 0: all are whole. May run while the server does."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--after",
            type=UUID,
            metavar="ID",
            help="go on behind this one, where an earlier run was interrupted",
        )

    def check_master_keys(self) -> None:
        """One that is missing is counted, and said at the end."""
        operations.check_fingerprints()

    def run(self, **options: Any) -> None:
        after: UUID | None = options["after"]
        access_keys = AccessKey.objects.filter(pk__gt=after) if after else AccessKey.objects.all()
        write = json_array if options["json"] else iter
        with (
            interrupts_deferred() as interrupted,
            operations.check_integrity(actor=self.actor, after=after) as check,
            Progress(self.stderr, access_keys.count(), line_each=LINE_EACH) as progress,
        ):
            told = _as_json if options["json"] else _as_text
            self.tell(write(map(told, _damaged(check, progress, interrupted))))
        self.conclude(check)

    def conclude(self, check: IntegrityCheck) -> None:
        """Say that all are whole, or what to do."""
        problems = [
            f"{number:,} of the access keys need the master key {key_id}, which ACCESS_KEYS_MASTER_KEYS does not "
            "have: their keys were not opened. Add it again, after the present one."
            for key_id, number in sorted(check.missing.items())
        ]
        if check.damaged:
            problems.append(
                f"Damaged: {check.damaged:,} of {check.checked:,} access keys. Generate another for each, and revoke "
                "it once its programs have the new key."
            )
        if revived := operations.find_revived().sentence:
            problems.append(revived)
        if not check.is_finished:
            problems.append(
                f"Interrupted. Go on with --after {check.last}." if check.last else "Interrupted."
            )
        if problems:
            raise CommandError(" ".join(problems))
        self.stderr.write(f"Checked {check.checked:,} access keys: all are whole.", style_func=str)


def _damaged(check: IntegrityCheck, progress: Progress, interrupted: Event) -> Iterator[Damaged]:
    for page in check.pages():
        if page:
            progress.clear()
        yield from page
        progress.show(check.checked)
        if interrupted.is_set():
            return


def _as_text(damaged: Damaged) -> str:
    sentences = " ".join(SENTENCES[damage] for damage in damaged.damages)
    return f"{damaged.id}\t{_name(damaged) or '-'}\t{sentences}"


def _as_json(damaged: Damaged) -> str:
    return json.dumps({"id": str(damaged.id), "name": _name(damaged), "damages": damaged.damages})


def _name(damaged: Damaged) -> str | None:
    """What stands where a name should may be anything, a key too."""
    return damaged.name if is_quotable(damaged.name) else None
