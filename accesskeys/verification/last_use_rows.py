"""Last uses as rows: UPDATE alone, so that a revoked access key never comes back, and at most once a minute."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from accesskeys.core import conf
from accesskeys.models import AccessKey

PATIENCE = 250  # milliseconds, for a lock


class Use(NamedTuple):
    """Which access key was used, and when."""

    pk: UUID
    at: datetime


def update(connection: BaseDatabaseWrapper, uses: Sequence[Use]) -> None:
    """Write these moments down, where there is none within a minute of them."""
    field = AccessKey._meta.get_field("last_used_at")
    key = AccessKey._meta.get_field("id")

    def moment(at: datetime) -> Any:
        return field.get_db_prep_value(at, connection)

    minute = conf.LAST_USED_PRECISION
    values = [
        (moment(at), key.get_db_prep_value(pk, connection), moment(at - minute), moment(at + minute))
        for pk, at in uses
    ]
    with transaction.mark_for_rollback_on_error(using=connection.alias), connection.cursor() as cursor:
        cursor.executemany(_sql(connection), values)


def update_unlocked(connection: BaseDatabaseWrapper, uses: Sequence[Use]) -> list[UUID]:
    """The same in one transaction, without the rows that somebody holds at the moment.

    Returns those that are done: written down, or revoked meanwhile.
    """
    rows = AccessKey.objects.using(connection.alias).filter(pk__in=[use.pk for use in uses]).order_by("pk")
    with transaction.atomic(using=connection.alias):
        _be_impatient(connection)
        free = set(rows.select_for_update(skip_locked=True).values_list("pk", flat=True))
        update(connection, [use for use in uses if use.pk in free])
        held = set(rows.values_list("pk", flat=True)) - free if len(free) < len(uses) else set()
    return [use.pk for use in uses if use.pk not in held]


def _be_impatient(connection: BaseDatabaseWrapper) -> None:
    """Of the whole table, only a migration takes a lock that is in our way. Whoever waits for it stands in others'."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {PATIENCE}")


def _sql(connection: BaseDatabaseWrapper) -> str:
    quoted = connection.ops.quote_name
    last = quoted("last_used_at")
    return (
        f"UPDATE {quoted(AccessKey._meta.db_table)} SET {last} = %s "  # noqa: S608  Names of our own.
        f"WHERE {quoted('id')} = %s AND ({last} IS NULL OR {last} <= %s OR {last} >= %s)"
    )
