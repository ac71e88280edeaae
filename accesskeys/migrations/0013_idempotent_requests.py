"""Which access key a program got for a request that it may repeat. Dropped, the table is locked as briefly as any."""

from __future__ import annotations

import django.utils.timezone
from django.db import migrations, models

from accesskeys.models.migrating import CreateModel


class Migration(migrations.Migration):
    dependencies = [("accesskeys", "0012_hand_over")]

    operations = [
        CreateModel(
            "IdempotentRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("caller_id", models.UUIDField(editable=False)),
                ("mark", models.BinaryField(max_length=32)),
                ("body", models.BinaryField(max_length=32)),
                ("access_key_id", models.UUIDField(editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["created_at", "id"], name="idempotent_request_by_age")],
                "constraints": [
                    models.UniqueConstraint(fields=("caller_id", "mark"), name="idempotent_request_once")
                ],
            },
        ),
    ]
