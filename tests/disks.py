"""A disk of a few megabytes that a test can fill."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Disk:
    """A file system of its own, in memory."""

    folder: Path

    def fill(self) -> None:
        """Take all the room that is left."""
        with (self.folder / "ballast").open("ab", buffering=0) as ballast:
            for piece in (1 << 16, 1):
                try:
                    while ballast.write(bytes(piece)):
                        pass
                except OSError:
                    continue

    def free(self) -> None:
        """Give it back."""
        (self.folder / "ballast").unlink()


@contextmanager
def small_disk(folder: Path) -> Iterator[Disk]:
    """16 MiB at this folder, until the block is left."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tests", folder]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("A small disk cannot be mounted. Run again as root, where root may mount.")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
