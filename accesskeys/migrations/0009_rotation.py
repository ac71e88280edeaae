"""A next key beside the present one, in a table of its own."""

from __future__ import annotations

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from accesskeys.models.migrating import CreateModel


class Migration(migrations.Migration):
    dependencies = [("accesskeys", "0008_facts")]

    operations = [
        CreateModel(
            "Rotation",
            fields=[
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("digest_key_id", models.CharField(editable=False, max_length=16)),
                ("sealed", models.BinaryField(max_length=128)),
                ("sealed_key_id", models.CharField(editable=False, max_length=16)),
                (
                    "access_key",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="rotation",
                        serialize=False,
                        to="accesskeys.accesskey",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="rotated"
                    ),
                ),
                (
                    "created_by",
                    models.CharField(editable=False, max_length=150, verbose_name="rotated by"),
                ),
                ("grace", models.DurationField(verbose_name="grace")),
                ("ends_at", models.DateTimeField(verbose_name="the old key ends")),
                (
                    "first_used_at",
                    models.DateTimeField(
                        editable=False, null=True, verbose_name="next key first used"
                    ),
                ),
                (
                    "last_used_at",
                    models.DateTimeField(
                        editable=False, null=True, verbose_name="next key last used"
                    ),
                ),
                (
                    "old_last_used_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="old key last used"),
                ),
            ],
            options={
                "verbose_name": "rotation",
                "verbose_name_plural": "rotations",
                "default_permissions": (),
            },
            referred_to="accesskeys_accesskey",
        ),
    ]
