"""Which rows are on a page is read from one index: the index of the order holds all that the list is narrowed by."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import DateTimeField, F, Func, Q
from django.db.models.functions import Coalesce, Upper

from accesskeys.models.migrating import AddIndex, RemoveIndex, RemovePostgreSQLIndex, RunPostgreSQL

LAST_USE = Coalesce("last_used_at", Func(template="'-infinity'", output_field=DateTimeField()))
EXPIRY = Coalesce("expires_at", Func(template="'infinity'", output_field=DateTimeField()))


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accesskeys", "0003_indexes_for_a_million_rows")]

    operations = [
        # What only PostgreSQL has and nothing asks for any more. The second is Django's, for names that begin with
        # something.
        RemovePostgreSQLIndex(
            name="access_key_by_last_use_never_first",
            table="accesskeys_accesskey",
            definition="(last_used_at ASC NULLS FIRST, id ASC)",
        ),
        RemovePostgreSQLIndex(
            name="accesskeys_accesskey_name_5f36e573_like",
            table="accesskeys_accesskey",
            definition="(name varchar_pattern_ops)",
        ),
        RemoveIndex("accesskey", "access_key_by_creation"),
        RemoveIndex("accesskey", "access_key_by_last_use"),
        RemoveIndex("accesskey", "access_key_by_expiry"),
        AddIndex(
            "accesskey",
            models.Index(
                F("created_at"),
                F("id"),
                F("name"),
                Upper("name"),
                F("expires_at"),
                F("suspended_at"),
                F("last_used_at"),
                name="access_key_in_creation_order",
            ),
        ),
        AddIndex(
            "accesskey",
            models.Index(
                F("name"),
                F("id"),
                Upper("name"),
                F("created_at"),
                F("expires_at"),
                F("suspended_at"),
                F("last_used_at"),
                name="access_key_in_name_order",
            ),
        ),
        AddIndex(
            "accesskey",
            models.Index(
                LAST_USE,
                F("id"),
                F("name"),
                Upper("name"),
                F("created_at"),
                F("expires_at"),
                F("suspended_at"),
                F("last_used_at"),
                name="access_key_in_last_use_order",
            ),
        ),
        AddIndex(
            "accesskey",
            models.Index(
                EXPIRY,
                F("id"),
                F("name"),
                Upper("name"),
                F("created_at"),
                F("expires_at"),
                F("suspended_at"),
                F("last_used_at"),
                name="access_key_in_expiry_order",
            ),
        ),
        AddIndex(
            "accesskey",
            models.Index(
                fields=["id", "name", "created_at", "expires_at", "last_used_at"],
                condition=Q(suspended_at__isnull=False),
                name="access_key_suspended",
            ),
        ),
        # Have PostgreSQL learn what the new expressions hold. It would by itself, but only after many changes. And to
        # learn more than usual: of a hundred rows in a million it would believe that they are thousands.
        RunPostgreSQL(
            [
                "ALTER INDEX access_key_in_last_use_order ALTER COLUMN 1 SET STATISTICS 300",
                "ALTER INDEX access_key_in_expiry_order ALTER COLUMN 1 SET STATISTICS 300",
                "ANALYZE accesskeys_accesskey",
            ],
            migrations.RunSQL.noop,
        ),
    ]
