from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.management.base import CommandParser

from accesskeys.management import table
from accesskeys.management.base import AccessKeyCommand
from accesskeys.management.choosing import add_filters, chosen, given
from accesskeys.management.output import as_json, described, json_array
from accesskeys.models import AccessKey
from accesskeys.models.lists import Ordering, in_order

# For programs: new ones go to the end.
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
    "description",
    "owner",
    "labels",
)


class Command(AccessKeyCommand):
    help = (
        "List the access keys: on a terminal as a table, elsewhere as lines of cells separated by tabs. "
        "Keys are never printed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        add_filters(parser)
        parser.add_argument(
            "--sort",
            choices=Ordering.values,
            default=Ordering.NAME,
            metavar="ORDER",
            help=f"--sort=ORDER, which is one of {', '.join(Ordering.values)}; a minus is descending, without it: name",
        )

    def run(self, **options: Any) -> None:
        filters = {name: text for name, text in given(options).items() if (name, text) != ("search", "")}
        access_keys = in_order(chosen(filters), Ordering(options["sort"])).iterator()
        if options["json"]:
            self.tell(json_array(map(as_json, access_keys)))
        elif self.stdout.isatty():
            self.tell(table.lines(access_keys, shutil.get_terminal_size().columns))
        else:
            self.tell(_separated_by_tabs(access_keys))


def _separated_by_tabs(access_keys: Iterable[AccessKey]) -> Iterator[str]:
    yield "\t".join(COLUMNS)
    for access_key in map(described, access_keys):
        yield "\t".join(_cell(access_key[column]) for column in COLUMNS)


def _cell(value: str | list[str] | dict[str, str] | None) -> str:
    if isinstance(value, list):
        value = " ".join(value)
    elif isinstance(value, dict):
        value = json.dumps(value, ensure_ascii=False) if value else ""
    return value or "-"
