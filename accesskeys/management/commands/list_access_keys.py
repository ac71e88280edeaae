from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandParser

from accesskeys.management.base import AccessKeyCommand
from accesskeys.management.output import described
from accesskeys.models import AccessKey

COLUMNS = (
    "name",
    "id",
    "created_at",
    "last_used_at",
    "expires_at",
    "scopes",
    "suspended_at",
    "allowed_networks",
    "rate_limit",
)


class Command(AccessKeyCommand):
    help = "List the access keys by name. Keys are never printed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print a JSON array")

    def run(self, **options: Any) -> None:
        access_keys = map(described, AccessKey.objects.described().order_by("name").iterator())
        if options["json"]:
            self.stdout.write(json.dumps(list(access_keys), indent=2))
            return
        self.stdout.write("\t".join(COLUMNS))
        for access_key in access_keys:
            self.stdout.write("\t".join(_cell(access_key[column]) for column in COLUMNS))


def _cell(value: str | list[str] | None) -> str:
    return (" ".join(value) if isinstance(value, list) else value) or "-"
