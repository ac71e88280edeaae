"""What ``make`` installs: whole, or not at all. In a folder of the test's own, with a real venv and pip."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.server.servers import ROOT


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    """What can be installed without a network: nothing."""
    file = tmp_path / "requirements.txt"
    file.write_text("--no-index\n")
    return file


def command(folder: Path) -> dict[str, object]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return {
        "args": [sys.executable, "-m", "tools.install", "requirements.txt", "what it needs"],
        "cwd": folder,
        "env": {**inherited, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "PIP_CONFIG_FILE": os.devnull},
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "text": True,
    }


def install(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(**command(folder), timeout=120)  # type: ignore[call-overload, no-any-return]


def works(folder: Path) -> bool:
    asked = [folder / ".venv/bin/python", "-m", "pip", "--version"]
    return subprocess.run(asked, capture_output=True).returncode == 0


def test_it_says_what_it_does_before_it_takes_its_time(tmp_path: Path, requirements: Path) -> None:
    done = install(tmp_path)

    assert done.returncode == 0, done.stderr
    first, last = done.stdout.splitlines()
    assert first == "Installing what it needs: a minute or two."
    assert last.startswith("Installed in ")
    assert works(tmp_path)
    assert not (tmp_path / ".venv/.unfinished").exists()


def test_a_python_without_venv_is_one_sentence_and_leaves_nothing(tmp_path: Path, requirements: Path) -> None:
    # As on Debian, which has ensurepip in another package.
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['ensurepip'] = None")
    done = install(tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "Not installed: Python's venv is missing. Install it and run make again; "
        "on Debian and Ubuntu: apt-get install python3-venv\n"
    )
    assert not (tmp_path / ".venv").exists()


def test_what_cannot_be_fetched_leaves_nothing(tmp_path: Path, requirements: Path) -> None:
    requirements.write_text("--no-index\nnowhere==1\n")
    done = install(tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "Not installed: What requirements.txt names could not be installed; the reason is above. "
        "Run make again to go on."
    )
    assert not (tmp_path / ".venv").exists()


def test_what_was_whole_before_stays(tmp_path: Path, requirements: Path) -> None:
    assert install(tmp_path).returncode == 0
    (tmp_path / ".venv/kept").touch()
    requirements.write_text("--no-index\nnowhere==1\n")

    assert install(tmp_path).returncode == 1

    assert works(tmp_path)
    requirements.write_text("--no-index\n")
    assert install(tmp_path).returncode == 0
    assert (tmp_path / ".venv/kept").exists()


@pytest.mark.parametrize("seconds", [0, 1.5])
def test_what_was_killed_half_way_is_begun_anew(tmp_path: Path, requirements: Path, seconds: float) -> None:
    mark = tmp_path / ".venv/.unfinished"
    with subprocess.Popen(**command(tmp_path), start_new_session=True) as installing:  # type: ignore[call-overload]
        while not mark.exists():
            assert installing.poll() is None
            time.sleep(0.01)
        time.sleep(seconds)
        os.killpg(installing.pid, 9)
    assert mark.exists()
    (tmp_path / ".venv/half").touch()

    done = install(tmp_path)

    assert done.returncode == 0, done.stderr
    assert works(tmp_path)
    assert not mark.exists()
    assert not (tmp_path / ".venv/half").exists()


def test_a_file_in_its_place_is_one_sentence(tmp_path: Path, requirements: Path) -> None:
    (tmp_path / ".venv").touch()
    done = install(tmp_path)
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith(f"Not installed: {tmp_path}/.venv cannot be used by the account ")
