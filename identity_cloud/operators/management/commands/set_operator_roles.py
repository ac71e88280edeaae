from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from identity_cloud.operators import operations
from identity_cloud.operators.management.base import OperatorCommand, add_roles


class Command(OperatorCommand):
    help = "Let an operator have these roles and no others. Its sessions end if that changes anything."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        add_roles(parser)
        parser.add_argument("--no-roles", action="store_true", help="none at all")

    def run(self, **options: Any) -> None:
        if bool(options["roles"]) == options["no_roles"]:
            raise CommandError("Name the roles with --role, or take all of them away with --no-roles.")
        operator_id = self.resolve(options["name"])
        operator = operations.set_roles(operator_id=operator_id, roles=options["roles"], actor=self.actor)
        told = ", ".join(options["roles"]) or "none"
        self.tell_operator(operator_id, f"Roles of {operator.username}: {told}.", options)
