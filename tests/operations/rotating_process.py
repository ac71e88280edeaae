"""A process that rotates an access key until somebody kills it, for ``test_kill_rotating``.

For each id on standard input it forks a child, as ``generating_process`` does.
"""

from __future__ import annotations

import itertools
import os
import sys
import uuid

import django


def rotate_until_killed(access_key_id: uuid.UUID) -> None:
    from accesskeys import operations, verification
    from accesskeys.operations.actors import Actor

    actor = Actor.for_command()
    for number in itertools.count():
        key = operations.rotate(access_key_id=access_key_id, actor=actor).key
        if number == 0:
            print(os.getpid(), flush=True)
        verification.authenticate(key)
        operations.complete_rotation(access_key_id=access_key_id, actor=actor)


def main() -> None:
    django.setup()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            rotate_until_killed(uuid.UUID(line.strip()))
        os.waitpid(child, 0)
        print("dead", flush=True)


if __name__ == "__main__":
    main()
