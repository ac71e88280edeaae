"""Nothing waits for a standby but operations, which ask for it themselves.

Neither a sign-in nor a migration hangs because one is away.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


def wait_for_no_standby(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """On each connection that is opened, by servers and commands alike."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('synchronous_commit', 'local', false)")
