"""Two actions of the audit log: that all access keys were checked for damage, and that old entries were deleted."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accesskeys", "0006_audit_actions")]

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
                    ("access_key.checked", "Integrity checked"),
                    ("audit_log.trimmed", "Old entries deleted"),
                ],
                max_length=40,
                verbose_name="action",
            ),
        ),
    ]
