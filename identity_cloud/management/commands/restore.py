from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from accesskeys.management.base import AccessKeyCommand
from accesskeys.management.interrupts import interrupts_deferred
from identity_cloud.backups.errors import BackupError
from identity_cloud.backups.recipients import identities
from identity_cloud.backups.restore import restore


class Command(AccessKeyCommand):
    help = (
        "Put a backup into the empty database of DATABASE_URL: all of it, or nothing. A database that has anything in "
        "it is left alone."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--identity-file",
            type=Path,
            required=True,
            metavar="FILE",
            help="who opens it, as age-keygen writes it",
        )

    def check_master_keys(self) -> None:
        """The database is empty. The backup itself says which ones it needs."""

    def run(self, **options: Any) -> None:
        try:
            with interrupts_deferred() as interrupted:
                manifest = restore(
                    options["file"], identities=identities(options["identity_file"]), interrupted=interrupted
                )
        except BackupError as error:
            raise CommandError(str(error)) from None
        if not Path(settings.ACCESS_KEYS_REVOCATIONS_FILE).exists():
            self.stderr.write(
                "The file of REVOCATIONS_FILE is not there: what was revoked after the backup would be accepted. Put "
                "it back before the start.",
                style_func=str,
            )
        sentence = f"Restored: {manifest.sentence}. Next: manage.py migrate, manage.py apply_revocations."
        self.tell([json.dumps(asdict(manifest)) if options["json"] else sentence])
