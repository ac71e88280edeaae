"""Which rows are on a page is read from one index: the index of the order holds all that the list is narrowed by."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import DateTimeField, F, Func, Q
from django.db.models.functions import Coalesce, Upper

# What only PostgreSQL has and nothing asks for any more. The second is Django's, for names that begin with something.
SUPERFLUOUS = {
    "access_key_by_last_use_never_first": "(last_used_at ASC NULLS FIRST, id ASC)",
    "accesskeys_accesskey_name_5f36e573_like": "(name varchar_pattern_ops)",
}

LAST_USE = Coalesce("last_used_at", Func(template="'-infinity'", output_field=DateTimeField()))
EXPIRY = Coalesce("expires_at", Func(template="'infinity'", output_field=DateTimeField()))


def drop(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for name in SUPERFLUOUS:
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}")


def create(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for name, definition in SUPERFLUOUS.items():
            schema_editor.execute(f"CREATE INDEX {name} ON accesskeys_accesskey {definition}")


def analyze(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Have PostgreSQL learn what the new expressions hold. It would by itself, but only after many changes.

    And to learn more than usual: of a hundred rows in a million it would believe that they are thousands.
    """
    if schema_editor.connection.vendor == "postgresql":
        for name in ("access_key_in_last_use_order", "access_key_in_expiry_order"):
            schema_editor.execute(f"ALTER INDEX {name} ALTER COLUMN 1 SET STATISTICS 300")
        schema_editor.execute("ANALYZE accesskeys_accesskey")


class Migration(migrations.Migration):
    dependencies = [("accesskeys", "0003_indexes_for_a_million_rows")]

    operations = [
        migrations.RunPython(drop, create),
        migrations.RemoveIndex("accesskey", "access_key_by_creation"),
        migrations.RemoveIndex("accesskey", "access_key_by_last_use"),
        migrations.RemoveIndex("accesskey", "access_key_by_expiry"),
        migrations.AddIndex(
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
        migrations.AddIndex(
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
        migrations.AddIndex(
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
        migrations.AddIndex(
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
        migrations.AddIndex(
            "accesskey",
            models.Index(
                fields=["id", "name", "created_at", "expires_at", "last_used_at"],
                condition=Q(suspended_at__isnull=False),
                name="access_key_suspended",
            ),
        ),
        migrations.RunPython(analyze, migrations.RunPython.noop),
    ]
