from __future__ import annotations

from typing import Any

from accesskeys.management.many import ManyCommand
from accesskeys.operations import Task
from accesskeys.operations.policy import Operation


class Command(ManyCommand):
    help = (
        "Revoke the access keys that a filter chooses. Programs that use them are refused from then on. "
        "This cannot be undone."
    )
    verb, done = "Revoke", "Revoked"
    consequence = "Programs that use them are refused at once, and this cannot be undone."
    wants_number = True

    def task(self, options: dict[str, Any]) -> Task:
        return Task(Operation.REVOKE)
