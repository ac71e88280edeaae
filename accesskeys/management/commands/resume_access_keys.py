from __future__ import annotations

from typing import Any

from accesskeys.management.many import ManyCommand
from accesskeys.operations import Task
from accesskeys.operations.policy import Operation


class Command(ManyCommand):
    help = "Accept the keys of suspended access keys that a filter chooses again."
    verb, done = "Resume", "Resumed"
    consequence = "Their keys are accepted again, unless they have expired."

    def task(self, options: dict[str, Any]) -> Task:
        return Task(Operation.RESUME)
