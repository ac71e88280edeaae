"""Run a command of ``.venv`` under production settings with throw-away secrets. For the checks in ``make lint``."""

from __future__ import annotations

import base64
import os
import secrets
import sys
from pathlib import Path


def main(command: str, *arguments: str) -> None:
    """Replace this process by the command."""
    environment = {
        **os.environ,
        "PUBLIC_URL": "https://keys.example.com",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ACCESS_KEYS_MASTER_KEYS": "k1:" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "DATABASE_URL": "sqlite://:memory:",
    }
    python = Path(sys.executable)
    module = (command,) if command.endswith(".py") else ("-m", command)
    os.execve(python, [str(python), *module, *arguments], environment)


if __name__ == "__main__":
    main(*sys.argv[1:])
