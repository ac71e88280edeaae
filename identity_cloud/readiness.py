"""Whether what the settings name works: asked once at the start, so that no request finds out instead."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, Error, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from accesskeys.core import conf
from accesskeys.core.database_errors import reason
from accesskeys.core.journal import check_writable
from accesskeys.operations.readiness import check_keyring
from accesskeys.operations.revived import check_revocations
from accesskeys.verification.counters import get_counters
from identity_cloud import tracing
from identity_cloud.paths import account
from identity_cloud.redis_readiness import check_redis
from identity_cloud.settings.database import DEFAULT
from identity_cloud.settings.environment import optional
from identity_cloud.single_sign_on_readiness import check_single_sign_on

NOT_MIGRATED = "The database is not migrated. Run manage.py prepare."


def check() -> None:
    """Raise ImproperlyConfigured with a sentence that says what does not work, and what to do."""
    has_pages = settings.ROLE != "gate"
    tracing.check()
    check_counting()
    if has_pages:
        check_files()
    check_redis()
    check_database()
    check_journal()
    if has_pages:
        check_single_sign_on()


def check_database() -> None:
    """It answers, is migrated, can be written, belongs to the master keys, and has nothing that was revoked."""
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise ImproperlyConfigured(NOT_MIGRATED)
        if connection.vendor == "sqlite":
            with transaction.atomic():  # Begins by asking for the lock to write.
                transaction.set_rollback(True)
        else:
            # Needs psycopg, which is there for PostgreSQL alone.
            from identity_cloud import postgresql_readiness

            postgresql_readiness.check()
        check_keyring()
        check_revocations()
        if settings.ROLE != "gate":
            # Of apps that are not there otherwise.
            from identity_cloud.operators.factors.readiness import check_factors

            check_factors()
    except DatabaseError as error:
        raise database_unusable(error) from None


def check_counting() -> None:
    """What is counted can be written down."""
    if conf.counter_cache() is None:
        for path in (Path(conf.counter_file()), conf.tally_file()):
            try:
                _write(path)
                get_counters()  # Takes all the room that they will ever need.
            except OSError as error:
                raise _unwritable(_place("COUNTER_FILE", "file", path), error) from None


def check_files() -> None:
    """Sign-in attempts can be written down, and the pages find their static files."""
    cache = settings.CACHES["default"]
    if cache["BACKEND"].endswith("FileCache"):
        folder = Path(cache["LOCATION"])
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()
        except OSError as error:
            raise _unwritable(_place("CACHE_URL", "folder", folder), error) from None
    check_static_files()


def check_static_files() -> None:
    """The pages find them."""
    if not os.path.isfile(Path(settings.STATIC_ROOT, "staticfiles.json")):
        raise ImproperlyConfigured(
            "The static files are not collected. Run manage.py collectstatic --no-input."
        )


def check_journal() -> None:
    """What is revoked can be written down."""
    file = Path(settings.ACCESS_KEYS_REVOCATIONS_FILE)
    # Where it is follows from where others are, which may be secrets.
    is_told = not any(map(optional, ("REVOCATIONS_FILE", "DATABASE_URL", "COUNTER_FILE")))
    try:
        check_writable(file)
    except OSError as error:
        raise _unwritable(str(file) if is_told else "The file of REVOCATIONS_FILE", error) from None


def database_unusable(error: Error) -> ImproperlyConfigured:
    """What to raise when the database fails."""
    place = _place("DATABASE_URL", "database", DEFAULT)
    if connection.vendor == "sqlite":
        return ImproperlyConfigured(
            f"{place} cannot be used by the account {account(os.geteuid())}: {reason(error)}."
        )
    return ImproperlyConfigured(f"{place} cannot be reached: {reason(error)}.")


def _write(path: Path) -> None:
    """Open it as counting does, or raise OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


def _unwritable(place: str, error: OSError) -> ImproperlyConfigured:
    sentence = f"{place} cannot be written by the account {account(os.geteuid())}: {error.strerror}."
    if isinstance(error, PermissionError):
        sentence += " Give it to that account, or start as the account that it belongs to."
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        sentence += " Make room there."
    return ImproperlyConfigured(sentence)


def _place(setting: str, what: str, default: Path) -> str:
    """Without the value of the setting. Where nothing was set, the place is no secret."""
    return f"The {what} of {setting}" if optional(setting) else str(default)
