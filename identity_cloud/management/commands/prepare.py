from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from identity_cloud.paths import check_writable, unusable
from identity_cloud.readiness import database_unusable


class Command(BaseCommand):
    help = "Bring the database up to date and create the first operator if there is none. May be run again."

    # The server checks its settings itself, a moment later.
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            _check_file()
            call_command("migrate", interactive=False, verbosity=0)
        except OSError as error:
            raise CommandError(unusable(error)) from None
        except DatabaseError as error:
            raise CommandError(str(database_unusable(error))) from None
        call_command("create_first_operator", stdout=self.stdout._out)


def _check_file() -> None:
    """SQLite writes to its file, and beside it; what it says where it cannot names neither."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and name != ":memory:":
        for end in ("", "-wal", "-shm"):
            with suppress(IsADirectoryError):  # SQLite will say so.
                check_writable(Path(name + end))
