"""What happened to one operator. Events about access keys, which are nearly all, are not in it."""

from __future__ import annotations

from django.db import migrations, models

from accesskeys.models.migrating import AddIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accesskeys", "0018_events_about_operators")]

    operations = [
        AddIndex(
            "auditevent",
            models.Index(
                condition=models.Q(about_operator_id__isnull=False),
                fields=["about_operator_id", "-at"],
                name="audit_event_about_operator",
            ),
        ),
    ]
