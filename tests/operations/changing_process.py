"""A process that changes one access key until somebody kills it, for ``test_kill_changes``.

For each line on standard input, which names the access key, it forks a child, which prints its process id once it has
made the first change. A second line says that the child is dead.
"""

from __future__ import annotations

import itertools
import os
import sys
from uuid import UUID

import django


def change_until_killed(access_key_id: UUID) -> None:
    from accesskeys import operations
    from accesskeys.operations.actors import Actor

    for number in itertools.count():
        wished = {"scopes": [f"s{number}"], "rate_limit": f"{number + 1}/hour", "owner": str(number)}
        operations.change(access_key_id=access_key_id, wished=wished, actor=Actor.for_command())
        if number == 0:
            print(os.getpid(), flush=True)


def main() -> None:
    django.setup()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            change_until_killed(UUID(line.strip()))
        os.waitpid(child, 0)
        print("dead", flush=True)


if __name__ == "__main__":
    main()
