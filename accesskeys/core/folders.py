"""Folders, so that what is in them is there after the power has failed."""

from __future__ import annotations

import os
from pathlib import Path


def sync(folder: Path) -> None:
    """Let a file that is new there, or has a new name, be there for good. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
