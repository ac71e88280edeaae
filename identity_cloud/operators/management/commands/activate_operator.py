from __future__ import annotations

from typing import Any

from identity_cloud.operators import operations
from identity_cloud.operators.management.base import OperatorCommand


class Command(OperatorCommand):
    help = "Let a deactivated operator in again, as before."

    def run(self, **options: Any) -> None:
        operator_id = self.resolve(options["name"])
        operator = operations.activate(operator_id=operator_id, actor=self.actor)
        self.tell_operator(operator_id, f"Activated {operator.username}.", options)
