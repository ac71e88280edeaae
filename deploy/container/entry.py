"""What the container runs: ``serve``, or any command of ``manage.py``, such as ``migrate`` and ``housekeeping``."""

import os
import sys


def main(command: str = "serve", *arguments: str) -> None:
    """Become it, with no shell in between, so that signals reach the server itself."""
    program = ["-m", "server"] if command == "serve" else ["manage.py", command]
    os.execv(sys.executable, [sys.executable, *program, *arguments])  # noqa: S606


if __name__ == "__main__":
    main(*sys.argv[1:])
