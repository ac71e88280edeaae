"""Whether an access key has a next key, so that a decision need not look for one."""

from __future__ import annotations

from django.db import migrations, models

from accesskeys.models.migrating import AddField, HoldingTables


class Migration(migrations.Migration):
    dependencies = [("accesskeys", "0013_idempotent_requests")]

    operations = [
        HoldingTables(
            "accesskeys_accesskey",
            operations=[
                AddField(
                    "accesskey",
                    "has_next_key",
                    models.BooleanField(db_default=False, default=False, editable=False),
                ),
            ],
        ),
    ]
