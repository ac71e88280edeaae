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
from identity_cloud.backups.make import make
from identity_cloud.backups.manifest import Manifest
from identity_cloud.backups.recipients import identities, recipients
from identity_cloud.backups.verify import verify


class Command(AccessKeyCommand):
    help = (
        "Write all of the database to a file, encrypted with age, while the server runs; or open such a file, and hold "
        "what it holds against what it says. A file that is there already is never written."
    )
    is_verifying = False

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--recipient",
            action="append",
            default=[],
            metavar="age1…",
            help="whom it is encrypted to, in place of BACKUP_RECIPIENTS; may be repeated",
        )
        parser.add_argument("--verify", action="store_true", help="open the file, and change nothing")
        parser.add_argument(
            "--identity-file", type=Path, metavar="FILE", help="who opens it, as age-keygen writes it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.is_verifying = options["verify"]
        super().handle(*args, **options)

    def check_master_keys(self) -> None:
        """To verify a backup takes neither database nor master keys."""
        if not self.is_verifying:
            super().check_master_keys()

    def run(self, **options: Any) -> None:
        try:
            manifest = self.verify(options) if self.is_verifying else self.make(options)
        except BackupError as error:
            raise CommandError(str(error)) from None
        done = "Whole" if self.is_verifying else "Backed up"
        self.tell([json.dumps(asdict(manifest)) if options["json"] else f"{done}: {manifest.sentence}."])

    def make(self, options: dict[str, Any]) -> Manifest:
        """Whatever was asked for is told before anything is written."""
        if options["identity_file"]:
            raise CommandError("--identity-file is for --verify.")
        given = options["recipient"] or settings.BACKUP_RECIPIENTS
        if not given:
            raise CommandError(
                "Nobody could open the backup: name a recipient by --recipient age1… or in BACKUP_RECIPIENTS. "
                "age-keygen makes one."
            )
        try:
            readers = recipients(given)
        except ValueError as error:
            raise CommandError(str(error)) from None
        with interrupts_deferred() as interrupted:
            return make(options["file"], recipients=readers, interrupted=interrupted)

    def verify(self, options: dict[str, Any]) -> Manifest:
        """Open it with the identities of a file."""
        if options["recipient"]:
            raise CommandError("--recipient is for a new backup.")
        if not options["identity_file"]:
            raise CommandError("Name who opens it by --identity-file.")
        with interrupts_deferred() as interrupted:
            return verify(
                options["file"], identities=identities(options["identity_file"]), interrupted=interrupted
            )
