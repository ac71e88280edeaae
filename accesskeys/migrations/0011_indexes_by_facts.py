"""Indexes to find access keys by label, scope and owner among a million (decision 0028).

Rows without such a fact are in none of those that PostgreSQL has besides, so recording their uses costs nothing more.
"""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import DateTimeField, F, Func
from django.db.models.functions import Coalesce, Upper

from accesskeys.models.migrating import AddIndex, AddPostgreSQLIndex, RemoveIndex, RunPostgreSQL

TABLE = "accesskeys_accesskey"
LAST_USE = Coalesce("last_used_at", Func(template="'-infinity'", output_field=DateTimeField()))
EXPIRY = Coalesce("expires_at", Func(template="'infinity'", output_field=DateTimeField()))
NARROWED_BY = ("name", "created_at", "expires_at", "suspended_at", "last_used_at", "owner")


def with_owner(name: str, *columns: object) -> list[migrations.operations.base.Operation]:
    """The index of an order, built again with what the list is narrowed by now."""
    rest = []
    for column in NARROWED_BY:
        rest += [] if column in columns else [F(column)]
        rest += [Upper(column)] if column in ("name", "owner") else []
    first = [F(column) if isinstance(column, str) else column for column in columns]
    return [
        RemoveIndex("accesskey", name),
        AddIndex("accesskey", models.Index(*first, *rest, name=name)),
    ]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accesskeys", "0010_new_permissions")]

    operations = [
        AddPostgreSQLIndex(
            name="access_key_by_label",
            table=TABLE,
            definition="USING gin (labels) WHERE labels <> '{}'",
        ),
        AddPostgreSQLIndex(
            name="access_key_by_scope",
            table=TABLE,
            definition="USING gin (scopes jsonb_path_ops) WHERE scopes <> '[]'",
        ),
        AddPostgreSQLIndex(
            name="access_key_by_part_of_owner",
            table=TABLE,
            definition="USING gin (UPPER(owner::text) gin_trgm_ops) WHERE owner > ''",
        ),
        *with_owner("access_key_in_creation_order", "created_at", "id"),
        *with_owner("access_key_in_name_order", "name", "id"),
        *with_owner("access_key_in_last_use_order", LAST_USE, "id"),
        *with_owner("access_key_in_expiry_order", EXPIRY, "id"),
        # As in 0004: what the new expressions hold, and more of it than usual.
        RunPostgreSQL(
            [
                "ALTER INDEX access_key_in_last_use_order ALTER COLUMN 1 SET STATISTICS 300",
                "ALTER INDEX access_key_in_expiry_order ALTER COLUMN 1 SET STATISTICS 300",
                "ANALYZE accesskeys_accesskey",
            ],
            migrations.RunSQL.noop,
        ),
    ]
