"""Last uses as rows: UPDATE alone, so that a revoked access key never comes back, and at most once a minute."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from accesskeys.core import conf
from accesskeys.models import AccessKey, Rotation
from accesskeys.models.patience import be_impatient


class Which(StrEnum):
    """The one key of an access key, or one of the two while it is rotated: the name of its column in the rotation."""

    ONLY = ""
    OLD = "old_last_used_at"
    NEXT = "last_used_at"


class Use(NamedTuple):
    """Which access key was used, when, and by which of its keys."""

    pk: UUID
    at: datetime
    which: Which = Which.ONLY


def update(connection: BaseDatabaseWrapper, uses: Sequence[Use]) -> None:
    """Write these moments down, where there is none within a minute of them."""
    with transaction.mark_for_rollback_on_error(using=connection.alias), connection.cursor() as cursor:
        # Of a key that was never used, the last use is the first one as well.
        old = [_values(connection, use, first=True) for use in uses if use.which != Which.NEXT]
        if old:
            cursor.executemany(_sql(connection, AccessKey, "last_used_at", first="key_first_used_at"), old)
        for which in (Which.OLD, Which.NEXT):
            of_two = [_values(connection, use) for use in uses if use.which == which]
            if of_two:
                cursor.executemany(_sql(connection, Rotation, which), of_two)
        new = [_values(connection, use) for use in uses if use.which == Which.NEXT]
        if new:
            cursor.executemany(_sql(connection, AccessKey, "last_used_at"), new)


def update_unlocked(connection: BaseDatabaseWrapper, uses: Sequence[Use]) -> list[Use]:
    """The same in one transaction, without the rows that somebody holds at the moment.

    Returns those that are done: written down, or revoked meanwhile.
    """
    rows = AccessKey.objects.using(connection.alias).filter(pk__in={use.pk for use in uses}).order_by("pk")
    with transaction.atomic(using=connection.alias):
        be_impatient(connection)  # Of the whole table, only a migration takes a lock that is in our way.
        free = set(rows.select_for_update(skip_locked=True).values_list("pk", flat=True))
        update(connection, [use for use in uses if use.pk in free])
        held = (
            set(rows.values_list("pk", flat=True)) - free
            if any(use.pk not in free for use in uses)
            else set()
        )
    return [use for use in uses if use.pk not in held]


def _values(connection: BaseDatabaseWrapper, use: Use, *, first: bool = False) -> tuple[Any, ...]:
    field, minute = AccessKey._meta.get_field("last_used_at"), conf.LAST_USED_PRECISION

    def moment(at: datetime) -> Any:
        return field.get_db_prep_value(at, connection)

    at = moment(use.at)
    pk = AccessKey._meta.pk.get_db_prep_value(use.pk, connection)
    return (at, *([at] if first else []), pk, moment(use.at - minute), moment(use.at + minute))


def _sql(
    connection: BaseDatabaseWrapper, model: type[Model], column: str, *, first: str | None = None
) -> str:
    quoted = connection.ops.quote_name
    last, key = quoted(column), quoted(model._meta.pk.attname)
    also = f", {quoted(first)} = CASE WHEN {last} IS NULL THEN %s ELSE {quoted(first)} END" if first else ""
    return (
        f"UPDATE {quoted(model._meta.db_table)} SET {last} = %s{also} "  # noqa: S608  Names of our own.
        f"WHERE {key} = %s AND ({last} IS NULL OR {last} <= %s OR {last} >= %s)"
    )
