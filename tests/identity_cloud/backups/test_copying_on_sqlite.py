"""The copy of a SQLite database: whole, or there is none, whatever stops it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Event

import pytest

from identity_cloud.backups import sqlite
from identity_cloud.backups.errors import BackupError
from tests.disks import small_disk

Make = Callable[[Path], Path]


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Make:
    """A database of some megabytes in a folder, in place of the tests' own."""

    def made(folder: Path) -> Path:
        file = folder / "site.sqlite3"
        with closing(sqlite3.connect(file)) as database:
            database.execute("CREATE TABLE things (thing BLOB)")
            database.executemany("INSERT INTO things VALUES (?)", ([os.urandom(1000)] for _ in range(3000)))
            database.commit()
        monkeypatch.setattr(sqlite, "file", lambda: file)
        return file

    return made


def refused(interrupted: Event) -> str:
    with ExitStack() as block, pytest.raises(BackupError) as refusal:
        block.enter_context(sqlite.snapshot(interrupted))
    return str(refusal.value)


def test_a_full_disk(tmp_path: Path, make: Make) -> None:
    with small_disk(tmp_path / "disk") as disk:
        file = make(disk.folder)
        disk.fill()
        assert refused(Event()) == "The database cannot be copied: database or disk is full."
        assert {path.name for path in disk.folder.iterdir()} == {file.name, "ballast"}


def test_an_interruption_in_the_middle(tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    file = make(tmp_path)
    monkeypatch.setattr(sqlite, "STEPS", 10)
    interrupted = Event()
    interrupted.set()
    assert refused(interrupted) == "Interrupted. No backup was made."
    assert {path.name for path in tmp_path.iterdir()} == {file.name, "data"}


def test_a_copy_of_something_else_is_no_backup(tmp_path: Path, make: Make) -> None:
    make(tmp_path)
    assert refused(Event()) == "The database in the backup is damaged: no such table: accesskeys_auditevent."


def test_a_page_that_was_overwritten(tmp_path: Path, make: Make) -> None:
    file = make(tmp_path)
    with file.open("r+b") as content:
        content.seek(4096 * 20)
        content.write(bytes(4096 * 3))
    with pytest.raises(BackupError, match=r"^The database in the backup is damaged: "):
        sqlite.manifest_of(file)
