from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from accesskeys import operations
from accesskeys.management.base import AccessKeyCommand


class Command(AccessKeyCommand):
    help = "Set what a key may be used for, from the next request on."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name_or_id")
        scopes = parser.add_mutually_exclusive_group()
        scopes.add_argument(
            "--scope",
            action="append",
            dest="scopes",
            metavar="SCOPE",
            help="may be repeated, and replaces the scopes so far",
        )
        scopes.add_argument(
            "--no-scopes",
            action="store_const",
            dest="scopes",
            const=[],
            help="for nothing that takes a scope",
        )

    def run(self, **options: Any) -> None:
        if options["scopes"] is None:
            raise CommandError("Say what to set: --scope or --no-scopes.")
        access_key = operations.rescope(
            access_key_id=operations.resolve(options["name_or_id"]),
            scopes=options["scopes"],
            actor=self.actor,
        )
        carried = f"the scopes {', '.join(access_key.scopes)}" if access_key.scopes else "no scopes"
        self.report(access_key, f"Access key {access_key.name} carries {carried}.", options)
