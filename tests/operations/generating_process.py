"""A process that generates access keys until somebody kills it, for ``test_kill``.

For each line on standard input it forks a child, which prints its process id once it has generated the first, and goes
on generating. A second line says that the child is dead. Forking saves the half second that Django takes to start.
"""

from __future__ import annotations

import itertools
import os
import sys

import django


def generate_until_killed(prefix: str) -> None:
    from accesskeys import operations
    from accesskeys.operations.actors import Actor

    for number in itertools.count():
        operations.generate(name=f"{prefix}_{number}", actor=Actor.for_command(), scopes=["orders:read"])
        if number == 0:
            print(os.getpid(), flush=True)


def main() -> None:
    django.setup()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            generate_until_killed(line.strip())
        os.waitpid(child, 0)
        print("dead", flush=True)


if __name__ == "__main__":
    main()
