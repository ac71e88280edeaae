from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from accesskeys.management.base import AccessKeyCommand
from identity_cloud.health.doctor import findings
from identity_cloud.health.findings import Finding


class Command(AccessKeyCommand):
    help = (
        "Look at what an installation needs, and say what to do about what is wrong: the database, its migrations and "
        "master keys, counters, disks, the clock, proxies, the rights of files that hold secrets, static files. "
        "One line each; exit code 1 where something has failed. Nothing is changed."
    )

    def check_master_keys(self) -> None:
        """Nothing is refused: what is wrong with them is one of the lines."""

    def run(self, **options: Any) -> None:
        found = list(findings())
        self.tell(_as_json(found) if options["json"] else _as_lines(found))
        if any(finding.is_failed for finding in found):
            # An answer, not an error: it is on standard output, and there is nothing more to say.
            sys.exit(1)


def _as_lines(found: Sequence[Finding]) -> Iterator[str]:
    for name, state, told in found:
        yield f"{state:<8} {name}{f': {told}' if told else ''}"


def _as_json(found: Sequence[Finding]) -> Iterator[str]:
    yield json.dumps([{"check": name, "state": state, "told": told} for name, state, told in found])
