from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accesskeys import operations
from accesskeys.management.base import AccessKeyCommand


class Command(AccessKeyCommand):
    help = "Revoke an access key. Programs that use it are refused from then on. This cannot be undone."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name_or_id")
        parser.add_argument("--no-input", action="store_true", help="do not ask for confirmation")

    def run(self, **options: Any) -> None:
        access_key_id = operations.resolve(options["name_or_id"])
        if not options["no_input"]:
            self.confirm(options["name_or_id"])
        revoked = operations.revoke(access_key_id=access_key_id, actor=self.actor)
        told = json.dumps({"id": str(revoked.id), "name": revoked.name})
        self.tell([told if options["json"] else f"Revoked access key {revoked.name} ({revoked.id})."])

    def confirm(self, name_or_id: str) -> None:
        """Ask the person at the terminal; raises CommandError where there is none, or the answer is not yes."""
        if not sys.stdin.isatty():
            raise CommandError("Nobody is there to confirm. Add --no-input to revoke without asking.")
        question = (
            f"Revoke access key {name_or_id}? Programs that use it are refused at once, "
            "and this cannot be undone. [y/N] "
        )
        # Not on standard output, which may be a file.
        self.stderr.write(question, style_func=str, ending="")
        self.stderr.flush()
        if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
            raise CommandError("Nothing was revoked.")
