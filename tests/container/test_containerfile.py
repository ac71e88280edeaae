"""The Containerfile, read by a linter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.container.building import CONTAINERFILE


def test_it_is_as_others_would_write_it() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "hadolint", "--failure-threshold=style", CONTAINERFILE],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "")
