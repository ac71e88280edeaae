from __future__ import annotations

from typing import Any

from accesskeys.management.many import ManyCommand
from accesskeys.operations import Task
from accesskeys.operations.policy import Operation


class Command(ManyCommand):
    help = (
        "Refuse the keys that a filter chooses until they are resumed: the reversible step before a revoke."
    )
    verb, done = "Suspend", "Suspended"
    consequence = "Programs that use them are refused until they are resumed."

    def task(self, options: dict[str, Any]) -> Task:
        return Task(Operation.SUSPEND)
