from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from accesskeys import operations
from accesskeys.management.base import AccessKeyCommand


class Command(AccessKeyCommand):
    help = "Give an access key another name. Its key stays as it is."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name_or_id")
        parser.add_argument("new_name", help="1 to 30 characters: A-Z, a-z, 0-9 and underscores")

    def run(self, **options: Any) -> None:
        access_key = operations.rename(
            access_key_id=operations.resolve(options["name_or_id"]),
            name=options["new_name"],
            actor=self.actor,
        )
        sentence = f"Renamed access key {options['name_or_id']} to {access_key.name}."
        self.report(access_key, sentence, options)
