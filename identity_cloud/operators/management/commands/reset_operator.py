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
        parser.add_argument(
            "--keep-second-factors",
            action="store_true",
            help="remove the password alone, and ask for them as before",
        )
        parser.add_argument("--no-input", action="store_true", help="do not ask for confirmation")

    def run(self, **options: Any) -> None:
        operator_id = self.resolve(options["name"])
        if not options["no_input"]:
            removed = (
                "The password is" if options["keep_second_factors"] else "Password and second factors are"
            )
            question = f"Reset {options['name']}? {removed} removed, and all sessions end."
            ask(self, question, otherwise="Nothing was reset.")
        made = operations.reset(
            operator_id=operator_id, actor=self.actor, keep_factors=options["keep_second_factors"]
        )
        self.tell_link(made, options)
