"""SQLite: a copy of the file as it was at one moment, which the database makes itself."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event

from django.db import connection

from identity_cloud.backups.archive import Readable
from identity_cloud.backups.errors import BackupError, files_named
from identity_cloud.backups.manifest import Manifest

VENDOR = "sqlite"
STEPS = 100_000  # of SQLite's machine, between two looks at whether to go on
PATIENCE = 10  # seconds that a lock is waited for


def file() -> Path:
    """The file of the database."""
    return Path(connection.settings_dict["NAME"]).absolute()


@contextmanager
def snapshot(interrupted: Event) -> Iterator[tuple[Manifest, Readable]]:
    """The database as it is now. Nobody waits for it, and nothing of it is on another disk."""
    with room_beside(file()) as room:
        copy = room / "copy"
        with closing(sqlite3.connect(file(), timeout=PATIENCE)) as source:
            source.set_progress_handler(interrupted.is_set, STEPS)
            try:
                source.execute("VACUUM INTO ?", [str(copy)])
            except sqlite3.Error as error:
                if interrupted.is_set():
                    raise BackupError("Interrupted. No backup was made.") from None
                raise BackupError(f"The database cannot be copied: {error}.") from None
        manifest = manifest_of(copy)
        with copy.open("rb") as content:
            copy.unlink()  # Gone when it is read, however this process ends.
            yield manifest, content


def manifest_of(copy: Path) -> Manifest:
    """What such a file holds. Raises BackupError where it is no database, or a damaged one."""
    try:
        with closing(sqlite3.connect(copy)) as database:
            if (said := database.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
                raise BackupError(f"The database in the backup is damaged: {said}.")
            return Manifest.of(database.cursor(), VENDOR, _tables(database))
    except sqlite3.Error as error:
        raise BackupError(f"The database in the backup is damaged: {error}.") from None


def what_is_there() -> str:
    """What is in the way of a restore; empty where nothing is."""
    if not file().exists():
        return ""
    try:
        with closing(sqlite3.connect(file())) as database:
            tables = _tables(database)
    except sqlite3.Error:
        return "something that is no SQLite database"
    return f"{len(tables)} tables" if tables else ""


def put_in_place(copy: Path) -> None:
    """Let this be the database. The last look at what is there was a moment ago."""
    with files_named():
        for end in ("-wal", "-shm"):  # Of an empty database, and deadly to another one.
            Path(f"{file()}{end}").unlink(missing_ok=True)
        with copy.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(copy, file())


@contextmanager
def room_beside(database: Path) -> Iterator[Path]:
    """A folder for copies, where the database itself is, and no less private."""
    with files_named(), tempfile.TemporaryDirectory(prefix=".backup-", dir=database.parent) as room:
        yield Path(room)


def _tables(database: sqlite3.Connection) -> list[str]:
    found = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    )
    return [name for (name,) in found]
