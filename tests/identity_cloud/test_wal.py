"""SQLite's write-ahead log: it grows while it must, and is small again afterwards."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.db import connection

from identity_cloud.settings.database import SQLITE_OPTIONS, WAL_BYTES

ROWS, BYTES = 1_000, 4_000  # a page each
BURST = 12  # transactions


@contextmanager
def connected(path: Path) -> Iterator[sqlite3.Connection]:
    """As Django connects: its own is one for each thread, and these are two in one."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as connected:
        connected.executescript(str(SQLITE_OPTIONS["init_command"]))
        yield connected


def write(writer: sqlite3.Connection, rows: int = 1) -> None:
    writer.execute("BEGIN IMMEDIATE")
    writer.executemany("INSERT INTO filled VALUES (?)", ((os.urandom(BYTES),) for _ in range(rows)))
    writer.execute("COMMIT")


@pytest.mark.parametrize("is_exporting", [False, True])
def test_is_bounded_again_after_a_burst(tmp_path: Path, is_exporting: bool) -> None:
    file, wal = tmp_path / "burst.sqlite3", tmp_path / "burst.sqlite3-wal"
    with connected(file) as writer, connected(file) as exporter:
        writer.execute("CREATE TABLE filled (bytes)")
        write(writer)
        if is_exporting:  # What is read was there when it began, so the WAL cannot be begun anew.
            exporter.execute("BEGIN")
            exporter.execute("SELECT * FROM filled").fetchone()
            for _ in range(BURST):
                write(writer, ROWS)
            assert exporter.execute("SELECT COUNT(*) FROM filled").fetchone() == (1,)
            exporter.execute("COMMIT")
        else:
            write(writer, BURST * ROWS)
        assert wal.stat().st_size > BURST * ROWS * BYTES
        for _ in range(2):
            write(writer)
        assert wal.stat().st_size <= WAL_BYTES
        assert exporter.execute("SELECT COUNT(*) FROM filled").fetchone() == (BURST * ROWS + 3,)


@pytest.mark.django_db
def test_each_connection_has_the_limit() -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_size_limit")
            assert cursor.fetchone() == (WAL_BYTES,)
