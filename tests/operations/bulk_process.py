"""A process that goes on with a run until somebody kills it, for ``test_kill_bulk_runs``.

For each id on standard input it forks a child, as ``generating_process`` does.
"""

from __future__ import annotations

import os
import sys
import uuid

import django

AT_ONCE = 20


def go_on_until_killed(run_id: uuid.UUID) -> None:
    from accesskeys import operations
    from accesskeys.operations import bulk_runs
    from accesskeys.operations.actors import Actor

    bulk_runs.AT_ONCE = AT_ONCE  # type: ignore[misc]
    print(os.getpid(), flush=True)
    while True:
        operations.go_on(run_id=run_id, actor=Actor.for_command())


def main() -> None:
    django.setup()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            go_on_until_killed(uuid.UUID(line.strip()))
        os.waitpid(child, 0)
        print("dead", flush=True)


if __name__ == "__main__":
    main()
