"""Indexes that only PostgreSQL has, and only large installations notice."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

INDEXES = {
    # For the search in the middle of a name; UPPER, because that is how Django compares without regard to case.
    "access_key_by_part_of_name": "USING gin (UPPER(name::text) gin_trgm_ops)",
    # "Never used" sorts before every use, in both directions; PostgreSQL's own order has it the other way round.
    "access_key_by_last_use_never_first": "(last_used_at ASC NULLS FIRST, id ASC)",
}


def create(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for name, definition in INDEXES.items():
            schema_editor.execute(f"CREATE INDEX {name} ON accesskeys_accesskey {definition}")


def drop(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for name in INDEXES:
            schema_editor.execute(f"DROP INDEX {name}")


class Trigrams(TrigramExtension):
    """Django's own passes over other databases on the way forward alone."""

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    dependencies = [("accesskeys", "0002_limits_and_suspension")]

    operations = [
        Trigrams(),
        migrations.RunPython(create, drop),
    ]
