from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from identity_cloud.operators import operations
from identity_cloud.operators.management.base import LinkCommand, ask


class Command(LinkCommand):
    help = (
        "Remove an operator's password and second factors, end its sessions, and print a link to begin anew, alone on "
        "a line. It is good once, within 24 hours."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--no-input", action="store_true", help="do not ask for confirmation")

    def run(self, **options: Any) -> None:
        operator_id = self.resolve(options["name"])
        if not options["no_input"]:
            question = (
                f"Reset {options['name']}? Password and second factors are removed, and all sessions end."
            )
            ask(self, question, otherwise="Nothing was reset.")
        self.tell_link(operations.reset(operator_id=operator_id, actor=self.actor), options)
