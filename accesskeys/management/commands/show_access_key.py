from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from accesskeys import operations
from accesskeys.management.base import AccessKeyCommand


class Command(AccessKeyCommand):
    help = "Print the key of an access key, alone on a line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name_or_id")

    def run(self, **options: Any) -> None:
        access_key_id = operations.resolve(options["name_or_id"])
        self.stdout.write(operations.reveal(access_key_id=access_key_id, actor=self.actor))
