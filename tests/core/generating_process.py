"""A process that generates access keys until somebody kills it, for ``test_kill``.

For each line on standard input it forks a child that generates and generates; it prints the child's process id, and
a second line when the child is dead. Forking saves the half second that Django takes to start.
"""

from __future__ import annotations

import itertools
import os
import sys

import django


def generate_until_killed(prefix: str) -> None:
    from accesskeys import services
    from accesskeys.actors import Actor

    for number in itertools.count():
        services.generate(name=f"{prefix}_{number}", actor=Actor.for_command(), scopes=["orders:read"])


def main() -> None:
    django.setup()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            generate_until_killed(line.strip())
        print(child, flush=True)
        os.waitpid(child, 0)
        print("dead", flush=True)


if __name__ == "__main__":
    main()
