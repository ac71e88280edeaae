"""PostgreSQL: ``pg_dump`` of one snapshot, and ``pg_restore`` in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Event

from django.db import connection

from identity_cloud.backups.archive import Readable
from identity_cloud.backups.manifest import Manifest
from identity_cloud.backups.programs import Reading, program

VENDOR = "postgresql"
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"


@contextmanager
def snapshot(interrupted: Event) -> Iterator[tuple[Manifest, Readable]]:
    """The database as it is now. Nobody waits for it."""
    with closing(connection.copy()) as apart:
        apart.set_autocommit(False)
        with apart.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SELECT pg_export_snapshot()")
            exported = cursor.fetchone()[0]
            cursor.execute(_TABLES)
            manifest = Manifest.of(cursor, VENDOR, [name for (name,) in cursor.fetchall()])
            with program("pg_dump", "--format=custom", f"--snapshot={exported}", *_role()) as process:
                yield manifest, Reading(process)


def manifest_now() -> Manifest:
    """What the database holds."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        return Manifest.of(cursor, VENDOR, [name for (name,) in cursor.fetchall()])


def what_is_there() -> str:
    """What is in the way of a restore; empty where nothing is."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        tables = cursor.fetchall()
    return f"{len(tables)} tables" if tables else ""


def _role() -> list[str]:
    role = connection.settings_dict["OPTIONS"].get("assume_role")
    return [f"--role={role}"] if role else []
