from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

PATIENCE = 250  # milliseconds, for a lock


def be_impatient(connection: BaseDatabaseWrapper) -> None:
    """Give up in this transaction where a lock is not to be had soon: whoever waits for one stands in others' way."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {PATIENCE}")
