"""Make a backup, while the server runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

from django.db import connection

from identity_cloud.backups import archive, sqlite
from identity_cloud.backups.errors import files_named
from identity_cloud.backups.manifest import Manifest
from identity_cloud.backups.newest import remember


def make(path: Path, *, recipients: list[Any], interrupted: Event) -> Manifest:
    """Write all of the database to this file, for these recipients. Raises BackupError; then there is no such file."""
    began = datetime.now(UTC)
    with (
        archive.new_file(path) as file,
        _snapshot(interrupted) as (manifest, content),
        files_named(),
    ):
        archive.pack(file, manifest, content, recipients=recipients, interrupted=interrupted)
    with suppress(OSError):  # A backup that nobody has noted is one all the same.
        remember(began)
    return manifest


@contextmanager
def _snapshot(interrupted: Event) -> Iterator[tuple[Manifest, archive.Readable]]:
    if connection.vendor == sqlite.VENDOR:
        with sqlite.snapshot(interrupted) as both:
            yield both
        return
    # Needs psycopg, which is there for PostgreSQL alone.
    from identity_cloud.backups import postgresql

    with postgresql.snapshot(interrupted) as both:
        yield both
