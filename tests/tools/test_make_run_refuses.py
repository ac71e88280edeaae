"""``make run`` with a ``.env`` that cannot be taken: its sentence, and not a letter of the value."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server.servers import ROOT
from tools.ports import free_port


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The product in a folder of its own, installed already."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("accesskeys", "identity_cloud", "locale", "server", "templates", "tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Makefile", "manage.py", "requirements.txt"):
        shutil.copy2(ROOT / name, folder)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("SECRET_KEY hunter2", "SECRET_KEY (line 2 of .env) cannot be read."),
        ("SECRET_KEY=hunter2 # hunter2", "SECRET_KEY (line 2 of .env) cannot be read."),
        ("WEB_CONCURRENCY=hunter2", "WEB_CONCURRENCY (line 2 of .env) must be a whole number"),
        ("DATABASE_URL=postgres://u:hun/hunter2@h/db", "DATABASE_URL (line 2 of .env) "),
    ],
)
def test_one_sentence(copy: Path, lines: str, sentence: str) -> None:
    (copy / ".env").write_text(f"PUBLIC_URL=http://127.0.0.1:8000\n{lines}\n")
    refused = subprocess.run(
        ["make", "run", f"PORT={free_port()}"],
        cwd=copy,
        env={name: os.environ[name] for name in ("PATH", "SECRET_KEY", "ACCESS_KEYS_MASTER_KEYS")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert refused.returncode == 2
    said = [line for line in refused.stderr.splitlines() if not line.startswith("make: ")]
    assert len(said) == 1, refused.stderr
    assert said[0].startswith("Not started: ")
    assert sentence in said[0]
    assert "hunter2" not in refused.stdout + refused.stderr
