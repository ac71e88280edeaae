from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from identity_cloud.readiness import database_unusable


class Command(BaseCommand):
    help = "Bring the database up to date and create the first operator if there is none. May be run again."

    # The server checks its settings itself, a moment later.
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except DatabaseError as error:
            raise CommandError(str(database_unusable(error))) from None
        call_command("create_first_operator", stdout=self.stdout)
