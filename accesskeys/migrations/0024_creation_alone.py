"""The order of creation in a small index, for PostgreSQL to look at long stretches of it (decision 0050)."""

from __future__ import annotations

from django.db import migrations

from accesskeys.models.migrating import AddPostgreSQLIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accesskeys", "0023_stopped_bulk_runs")]

    operations = [
        AddPostgreSQLIndex(
            name="access_key_creation_alone",
            table="accesskeys_accesskey",
            definition="(created_at)",
        ),
    ]
