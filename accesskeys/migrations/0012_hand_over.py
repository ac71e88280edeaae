"""Links that show a key once, and who opens them."""

from __future__ import annotations

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from accesskeys.models.migrating import CreateModel


class Migration(migrations.Migration):
    dependencies = [("accesskeys", "0011_indexes_by_facts")]

    operations = [
        CreateModel(
            "HandOver",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "access_key",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hand_overs",
                        to="accesskeys.accesskey",
                    ),
                ),
                ("number", models.PositiveIntegerField(editable=False, verbose_name="number")),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="handed over"
                    ),
                ),
                (
                    "created_by",
                    models.CharField(editable=False, max_length=150, verbose_name="handed over by"),
                ),
                ("expires_at", models.DateTimeField(editable=False, verbose_name="expires")),
                ("opened_at", models.DateTimeField(editable=False, null=True, verbose_name="opened")),
                (
                    "opened_from",
                    models.GenericIPAddressField(editable=False, null=True, verbose_name="opened from"),
                ),
                ("taken_back_at", models.DateTimeField(editable=False, null=True, verbose_name="taken back")),
            ],
            options={
                "verbose_name": "hand-over",
                "verbose_name_plural": "hand-overs",
                "default_permissions": (),
                "ordering": ("number",),
                "constraints": (
                    models.UniqueConstraint(
                        fields=("access_key", "number"), name="hand_over_number_is_unique"
                    ),
                ),
            },
            referred_to="accesskeys_accesskey",
        ),
        # The choices are not in the database, so this is no work for it.
        migrations.AlterField(
            "auditevent",
            "actor_kind",
            models.CharField(
                choices=[
                    ("operator", "Operator"),
                    ("access_key", "Access key"),
                    ("command", "Command"),
                    ("recipient", "Recipient"),
                ],
                max_length=10,
                verbose_name="kind of actor",
            ),
        ),
    ]
