from __future__ import annotations

from typing import Any

from accesskeys.models import AccessKey
from identity_cloud.operators import operations
from identity_cloud.operators.management.base import OperatorCommand


class Command(OperatorCommand):
    help = "Let an operator in no more, until it is activated. Access keys that it generated go on working."

    def run(self, **options: Any) -> None:
        operator_id = self.resolve(options["name"])
        operator = operations.deactivate(operator_id=operator_id, actor=self.actor)
        generated = AccessKey.objects.filter(created_by=operator.username).count()
        sentence = (
            f"Deactivated {operator.username}. Access keys that it generated go on working: {generated}."
        )
        self.tell_operator(operator_id, sentence, options)
