"""Many rows, deleted some at a time."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

AT_ONCE = 500  # Others write in between. None of them waits for longer than the milliseconds that these take.


def delete_some(rows: QuerySet[Any]) -> int:
    """Delete the first of these rows, in a transaction of the caller's; returns how many there were.

    Whoever deletes the same ones at the same time takes the next ones: nobody waits, and nothing is counted twice.
    """
    first = list(rows.select_for_update(skip_locked=True).values_list("pk", flat=True)[:AT_ONCE])
    deleted: int = rows.model._default_manager.filter(pk__in=first).delete()[0]
    return deleted
