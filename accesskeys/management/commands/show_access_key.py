from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandParser

from accesskeys import operations
from accesskeys.management.base import AccessKeyCommand


class Command(AccessKeyCommand):
    help = "Print the key of an access key, alone on a line."

    prints_keys = True

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name_or_id")

    def run(self, **options: Any) -> None:
        access_key_id = operations.resolve(options["name_or_id"])
        key = operations.reveal(access_key_id=access_key_id, actor=self.actor)
        self.tell([json.dumps({"key": key}) if options["json"] else key])
