from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from accesskeys import operations
from accesskeys.management.base import AccessKeyCommand


class Command(AccessKeyCommand):
    help = "Refuse a key until it is resumed: the reversible step before a revoke."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name_or_id")

    def run(self, **options: Any) -> None:
        access_key_id = operations.resolve(options["name_or_id"])
        access_key = operations.suspend(access_key_id=access_key_id, actor=self.actor)
        self.report(access_key, f"Suspended access key {access_key.name}.", options)
