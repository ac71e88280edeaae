from __future__ import annotations

from typing import Any

from identity_cloud.operators import operations
from identity_cloud.operators.management.base import LinkCommand


class Command(LinkCommand):
    help = (
        "Print a link that signs an operator in, alone on a line: for the day on which nothing else does. It is good "
        "once, within 10 minutes, and the log says so."
    )

    def run(self, **options: Any) -> None:
        operator_id = self.resolve(options["name"])
        self.tell_link(operations.make_sign_in_link(operator_id=operator_id, actor=self.actor), options)
