"""The end of each key, to tell it by. Rows that are there get theirs when their key is shown next."""

from __future__ import annotations

from django.db import migrations, models

from accesskeys.models.migrating import AddField, HoldingTables

_HINT = {"blank": True, "db_default": "", "default": "", "editable": False, "max_length": 4}


class Migration(migrations.Migration):
    dependencies = [("accesskeys", "0016_bulk_runs")]

    operations = [
        HoldingTables(
            "accesskeys_accesskey",
            "accesskeys_rotation",
            operations=[
                AddField("accesskey", "hint", models.CharField(**_HINT)),
                AddField("rotation", "hint", models.CharField(**_HINT)),
            ],
        ),
    ]
