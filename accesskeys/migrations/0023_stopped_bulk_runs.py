"""Who stopped a run before its end."""

from __future__ import annotations

from django.db import migrations, models

from accesskeys.models.migrating import AddField, HoldingTables


class Migration(migrations.Migration):
    dependencies = [("accesskeys", "0022_searching_the_audit_log")]

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
