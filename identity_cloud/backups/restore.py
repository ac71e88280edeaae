"""Put a backup into an empty database."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from accesskeys.core.keyring import get_keyring
from identity_cloud.backups import archive, sqlite
from identity_cloud.backups.errors import BackupError, files_named
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


def check(manifest: Manifest) -> None:
    """Raise BackupError where these settings, or this version, could do nothing with it."""
    if manifest.vendor != connection.vendor:
        raise BackupError(
            f"The backup is one of {manifest.vendor}, and DATABASE_URL names {connection.vendor}. Name an empty "
            f"database of {manifest.vendor}."
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if unknown := [migration for migration in manifest.migrations if migration not in known]:
        raise BackupError(
            f"The backup was made by a later version, which has the migration {unknown[0]}. Install that version."
        )
    try:
        master_keys = get_keyring().master_keys
    except ImproperlyConfigured as error:
        raise BackupError(str(error)) from None
    for key_id, fingerprint in manifest.master_keys.items():
        if key_id in master_keys and master_keys[key_id].fingerprint.hex() != fingerprint:
            raise BackupError(
                f"The master key {key_id} in ACCESS_KEYS_MASTER_KEYS is not the one of this backup. Restore its value."
            )
    if manifest.master_keys and not manifest.master_keys.keys() & master_keys.keys():
        raise BackupError(
            f"ACCESS_KEYS_MASTER_KEYS has none of the master keys of this backup: {', '.join(manifest.master_keys)}."
        )


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
        manifest.check(sqlite.manifest_of(copy).counts)
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
    manifest.check(postgresql.counts())
    return manifest
