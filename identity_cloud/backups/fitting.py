"""Whether a backup fits what it is to be restored with: told before anything is written."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from accesskeys.core.keyring import get_keyring
from identity_cloud.backups.errors import BackupError
from identity_cloud.backups.manifest import Manifest


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
