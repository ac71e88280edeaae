"""Indexes that only PostgreSQL has, and only large installations notice."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from accesskeys.models.migrating import AddPostgreSQLIndex


class Trigrams(TrigramExtension):
    """Django's own passes over other databases on the way forward alone."""

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accesskeys", "0002_limits_and_suspension")]

    operations = [
        Trigrams(),
        # For the search in the middle of a name; UPPER, because that is how Django compares without regard to case.
        AddPostgreSQLIndex(
            name="access_key_by_part_of_name",
            table="accesskeys_accesskey",
            definition="USING gin (UPPER(name::text) gin_trgm_ops)",
        ),
        # "Never used" sorts before every use, in both directions; PostgreSQL's own order has it the other way round.
        AddPostgreSQLIndex(
            name="access_key_by_last_use_never_first",
            table="accesskeys_accesskey",
            definition="(last_used_at ASC NULLS FIRST, id ASC)",
        ),
    ]
