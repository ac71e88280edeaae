"""The actions of the audit log that came later: copying, and finding by key."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accesskeys", "0005_underscores_in_a_row")]

    operations = [
        migrations.AlterField(
            "auditevent",
            "action",
            models.CharField(
                choices=[
                    ("access_key.generated", "Generated"),
                    ("access_key.shown", "Shown"),
                    ("access_key.copied", "Copied"),
                    ("access_key.renamed", "Renamed"),
                    ("access_key.suspended", "Suspended"),
                    ("access_key.resumed", "Resumed"),
                    ("access_key.limited", "Limits changed"),
                    ("access_key.revoked", "Revoked"),
                    ("access_key.found", "Found by its key"),
                ],
                max_length=40,
                verbose_name="action",
            ),
        ),
    ]
