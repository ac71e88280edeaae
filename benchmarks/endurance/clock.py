"""A server's clock that can be set while it runs."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_name("clock.c")


class Clock:
    """Right, until it is set."""

    def __init__(self, folder: Path, compiler: str) -> None:
        self._library, self._wrong_by = folder / "clock.so", folder / "clock"
        command = [compiler, "-O2", "-shared", "-fPIC", "-o", str(self._library), str(SOURCE)]
        subprocess.run(command, check=True)
        self._wrong_by.write_bytes(bytes(8))
        self.environment = {"LD_PRELOAD": str(self._library), "CLOCK_IS_WRONG_BY": str(self._wrong_by)}

    def set(self, seconds: int) -> None:
        """Wrong by so much from now on."""
        with self._wrong_by.open("r+b", buffering=0) as file:  # In place: the server has it in its memory.
            file.write(struct.pack("=q", seconds))


def clock(folder: Path) -> Clock | None:
    """One, where there is a compiler."""
    compiler = shutil.which("cc")
    return Clock(folder, compiler) if compiler else None
