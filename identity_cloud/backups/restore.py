"""Put a backup into an empty database."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import Any

from django.db import connection

from identity_cloud.backups import archive, sqlite
from identity_cloud.backups.errors import BackupError, files_named
from identity_cloud.backups.fitting import check
from identity_cloud.backups.manifest import Manifest
from identity_cloud.backups.verify import verify


def restore(path: Path, *, identities: list[Any], interrupted: Event) -> Manifest:
    """Make the empty database what the backup holds: all of it, or nothing. Raises BackupError."""
    is_sqlite = connection.vendor == sqlite.VENDOR
    if is_sqlite:
        there = sqlite.what_is_there()
    else:
        from identity_cloud.backups import postgresql

        there = postgresql.what_is_there()
    if there:
        raise BackupError(f"The database of DATABASE_URL is not empty: it has {there}. Name an empty one.")
    return (_into_file if is_sqlite else _into_server)(path, identities, interrupted)


def _into_file(path: Path, identities: list[Any], interrupted: Event) -> Manifest:
    connection.close()
    with sqlite.room_beside(sqlite.file()) as room, files_named():
        copy = room / "copy"
        with copy.open("xb") as file:
            copy.chmod(0o600)

            def receive(manifest: Manifest) -> archive.Writable:
                check(manifest)
                return file

            manifest = archive.unpack(path, receive, identities=identities, interrupted=interrupted)
        manifest.check(sqlite.manifest_of(copy))
        sqlite.put_in_place(copy)
    return manifest


def _into_server(path: Path, identities: list[Any], interrupted: Event) -> Manifest:
    from identity_cloud.backups import postgresql
    from identity_cloud.backups.programs import program

    # First to its end: a server is not to take half of one that is cut off.
    check(verify(path, identities=identities, interrupted=interrupted))
    how = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--dbname=")
    with files_named(), program("pg_restore", *how) as running:
        manifest = archive.unpack(
            path, lambda _manifest: running, identities=identities, interrupted=interrupted
        )
        running.conclude()
    manifest.check(postgresql.manifest_now())
    return manifest
