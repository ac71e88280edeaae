"""The release before this one: its code, as it was."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.server.servers import ROOT

# While nothing is tagged: it has rotations, and seven of our migrations came after it.
BEFORE_THE_FIRST = "ead0a9a3e7674fe1355bf0647a28ecf02d8f926d"
# Its sessions know when they began; those before have to be begun anew. Two migrations came after it.
WITH_SESSIONS = "9c07609429310c502ee3dc8b72789a8b54b14397"


def last_release(untagged: str = BEFORE_THE_FIRST) -> str:
    """The newest tag of a version that this state came from, and is not itself."""
    found = _git("describe", "--tags", "--abbrev=0", "--match", "v*", "HEAD^")
    return found.stdout.decode().strip() if found.returncode == 0 else untagged


def unpack(release: str, folder: Path) -> Path:
    """Its tree, in that folder."""
    archive = _git("archive", release)
    if archive.returncode:
        pytest.skip(
            f"The history of this repository does not reach back to {release}. Fetch the whole of it."
        )
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")
    return folder


def _git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)
