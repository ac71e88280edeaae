from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from accesskeys.management.labels import labels_of
from accesskeys.management.many import ManyCommand
from accesskeys.operations import Task
from accesskeys.operations.policy import Operation


class Command(ManyCommand):
    help = "Label the access keys that a filter chooses. Labels that are not named stay."
    verb, done = "Label", "Labelled"
    consequence = "Their other labels stay."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="KEY=VALUE",
            help="such as team=payments; may be repeated",
        )
        parser.add_argument("--remove", action="append", default=[], metavar="KEY", help="may be repeated")

    def task(self, options: dict[str, Any]) -> Task:
        if not options["set"] and not options["remove"]:
            raise CommandError("Say which labels: --set team=payments or --remove team.")
        return Task(Operation.DESCRIBE, labels_of(options["set"]), options["remove"])
