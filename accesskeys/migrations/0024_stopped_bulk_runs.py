"""Who stopped a run before its end."""

from __future__ import annotations

from django.db import migrations, models

from accesskeys.models.migrating import AddField, HoldingTables


class Migration(migrations.Migration):
    dependencies = [("accesskeys", "0023_details_changed")]

    operations = [
        HoldingTables(
            "accesskeys_bulkrun",
            operations=[
                AddField(
                    "bulkrun",
                    "stopped_by",
                    models.CharField(db_default="", default="", editable=False, max_length=150),
                ),
            ],
        ),
    ]
