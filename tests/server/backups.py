"""The backups that docs/operations.md describes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.server.servers import ROOT

OPERATIONS = (ROOT / "docs" / "operations.md").read_text()


def documented(word: str) -> str:
    """The command of the documentation that has this word in it."""
    blocks = re.findall(r"```sh\n(.*?)```", OPERATIONS, re.DOTALL)
    [command] = [block for block in blocks if word in block]
    return command


def sh(command: str, folder: Path) -> None:
    """Run it in a folder, as it is written, with the Python that has everything."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    subprocess.run(["bash", "-ec", command], cwd=folder, env=os.environ | {"PATH": path}, check=True)
