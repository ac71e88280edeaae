"""The database: whether it answers and takes writes, is migrated, and belongs to the master keys."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import lru_cache

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, Error, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from accesskeys.core.exceptions import KeyringError
from accesskeys.operations.readiness import check_keyring_again
from accesskeys.verification.finding.bounded import bounded
from identity_cloud.health.findings import Finding, failed
from identity_cloud.readiness import NOT_MIGRATED, database_unusable

LOCK_MILLISECONDS = 200  # Whoever holds SQLite's lock to write, writes.


def database() -> Iterator[Finding]:
    """Three findings. Without the first there are no others: nobody knows."""
    is_failed = False
    try:
        with bounded(connection):
            for name, check in _CHECKS.items():
                try:
                    check()
                except (ImproperlyConfigured, KeyringError) as error:
                    is_failed = True
                    yield failed(name, error)
                else:
                    yield Finding(name)
    except Error as error:
        if not is_failed:  # What a table is missing for, if nothing else, has been said.
            yield failed("database", database_unusable(error))


def _require_writes() -> None:
    if connection.vendor == "postgresql":
        # Needs psycopg, which is there for PostgreSQL alone.
        from identity_cloud import postgresql_readiness

        postgresql_readiness.require_writes()
        return
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {LOCK_MILLISECONDS}")
    try:
        with transaction.atomic():  # Begins by asking for the lock to write.
            transaction.set_rollback(True)
    except DatabaseError as error:
        if not _is_busy(error):
            raise


def _is_busy(error: DatabaseError) -> bool:
    return getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def _require_migrations() -> None:
    """A newer version may have added some: while an upgrade is under way, both serve."""
    if not _latest() <= MigrationRecorder(connection).applied_migrations().keys():
        raise ImproperlyConfigured(NOT_MIGRATED)


@lru_cache
def _latest() -> frozenset[tuple[str, str]]:
    """Of this version, as its files say."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


_CHECKS = {
    "database": _require_writes,
    "migrations": _require_migrations,
    "master_keys": check_keyring_again,
}
NAMES = tuple(_CHECKS)
