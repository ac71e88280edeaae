"""A process that opens links until somebody kills it, for ``test_kill_opening``.

For each line of secrets on standard input it forks a child, as ``generating_process`` does.
"""

from __future__ import annotations

import os
import signal
import sys

import django

ADDRESS = "192.0.2.1"


def open_until_killed(secrets: list[str]) -> None:
    from accesskeys import operations
    from accesskeys.operations.actors import Actor

    for number, secret in enumerate(secrets):
        operations.open_hand_over(secret=secret, actor=Actor.for_recipient(address=ADDRESS))
        if number == 0:
            print(os.getpid(), flush=True)
    signal.pause()


def main() -> None:
    django.setup()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            open_until_killed(line.split())
        os.waitpid(child, 0)
        print("dead", flush=True)


if __name__ == "__main__":
    main()
