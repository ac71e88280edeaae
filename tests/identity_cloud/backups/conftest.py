from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pyrage
import pytest
from pytest_django import Settings

from tests.factories import AccessKeyFactory
from tests.management.helpers import run


class Reader(NamedTuple):
    """Somebody who opens backups."""

    recipient: str
    file: Path


def new_reader(folder: Path, name: str = "reader") -> Reader:
    identity = pyrage.x25519.Identity.generate()
    file = folder / f"{name}.txt"
    file.write_text(f"# created: now\n# public key: {identity.to_public()}\n{identity}\n")
    return Reader(str(identity.to_public()), file)


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return new_reader(tmp_path)


@pytest.fixture(autouse=True)
def own_folder(settings: Settings, tmp_path: Path) -> None:
    """What is noted of backups and revocations is this test's own."""
    (tmp_path / "data").mkdir()
    settings.ACCESS_KEYS_REVOCATIONS_FILE = tmp_path / "data" / "revocations"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backup.age"


@pytest.fixture
def made(file: Path, reader: Reader) -> Path:
    """A backup of three access keys."""
    AccessKeyFactory.create_batch(3)
    run("backup", str(file), f"--recipient={reader.recipient}")
    return file
