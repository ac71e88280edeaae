"""A whole run that leaves out a test that ``docs/asvs.csv`` names fails, and names it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLUGINS = ("-p", "judged", "-p", "no:django", "-c", "/dev/null")
PLUGIN = """
from pathlib import Path
from tests import shown
shown.TABLE = Path({table!r})
from tests.shown import *
"""
TESTS = """
import pytest
@pytest.mark.parametrize("n", [1, 2])
def test_run(n): pass
class TestAll:
    def test_in_a_class(self): pass
@pytest.mark.skip
def test_skipped(): pass
"""


def run(folder: Path, *names: str, workers: int) -> subprocess.CompletedProcess[str]:
    table = folder / "table.csv"
    table.write_text("id,shown by\n" + "".join(f"1,docs/a.md test_it.py::{name}\n" for name in names))
    (folder / "judged.py").write_text(PLUGIN.format(table=str(table)))
    (folder / "test_it.py").write_text(TESTS)
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            *PLUGINS,
            f"--rootdir={folder}",
            f"--numprocesses={workers}",
            "test_it.py",
        ],
        cwd=folder,
        env={"PYTHONPATH": f"{folder}:{ROOT}", "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("workers", [0, 1])
def test_all_were_run(tmp_path: Path, workers: int) -> None:
    done = run(tmp_path, "test_run", "TestAll::test_in_a_class", "test_skipped", workers=workers)
    assert (done.returncode, "not run" in done.stdout) == (0, False), done.stdout + done.stderr


@pytest.mark.parametrize("workers", [0, 1])
def test_one_was_not(tmp_path: Path, workers: int) -> None:
    done = run(tmp_path, "test_run", "test_left_out", workers=workers)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "named in docs/asvs.csv, and not run" in done.stdout
    assert "test_it.py::test_left_out\n" in done.stdout
    assert "test_it.py::test_run\n" not in done.stdout


def test_what_needs_postgresql_is_named_for_the_second_run(tmp_path: Path) -> None:
    assert run(tmp_path, "it_on_postgresql.py::test_left_out", workers=0).returncode == 0
