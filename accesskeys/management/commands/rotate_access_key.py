from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accesskeys import operations
from accesskeys.core.moments import written
from accesskeys.management.base import AccessKeyCommand
from accesskeys.management.durations import duration
from accesskeys.management.output import as_json


class Command(AccessKeyCommand):
    help = (
        "Make the next key of an access key and print it, alone on a line; the old key is accepted until it ends. "
        "Run again while it is pending, it prints the same key; other times than those of the pending one are refused."
    )

    prints_keys = True

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name_or_id")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--complete", action="store_true", help="end the old key now")
        what.add_argument("--cancel", action="store_true", help="drop a next key that was never used")
        parser.add_argument(
            "--grace",
            metavar="TIME",
            help="from the first use of the next key to the end of the old one: 12h, 3d, 0; 24h if not named",
        )
        end = parser.add_mutually_exclusive_group()
        end.add_argument(
            "--ends-in", metavar="TIME", help="the old key ends then at the latest; 30d if not named"
        )
        end.add_argument(
            "--at-once", action="store_const", const="0", dest="ends_in", help="the old key ends now"
        )

    def run(self, **options: Any) -> None:
        if options["complete"] or options["cancel"]:
            if options["grace"] is not None or options["ends_in"] is not None:
                raise CommandError("--grace, --ends-in and --at-once are for a new rotation.")
            self.finish(options)
            return
        grace, ends_in = (
            None if options[name] is None else duration(options[name]) for name in ("grace", "ends_in")
        )
        access_key_id = operations.resolve(options["name_or_id"])
        rotated = operations.rotate(
            access_key_id=access_key_id, actor=self.actor, grace=grace, ends_in=ends_in
        )
        told = {
            "id": str(access_key_id),
            "old_key_ends_at": written(rotated.rotation.old_key_ends_at),
            "key": rotated.key,
        }
        self.tell([json.dumps(told) if options["json"] else rotated.key])

    def finish(self, options: dict[str, Any]) -> None:
        """Come to the end of a rotation, one way or the other."""
        operation = operations.complete_rotation if options["complete"] else operations.cancel_rotation
        access_key_id = operations.resolve(options["name_or_id"])
        access_key = operation(access_key_id=access_key_id, actor=self.actor)
        said = "The old key has ended" if options["complete"] else "The next key is dropped"
        self.tell([as_json(access_key) if options["json"] else f"{said}: access key {access_key.name}."])
