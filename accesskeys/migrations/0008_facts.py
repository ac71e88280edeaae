"""Facts for people, and since when a key is the present one.

Columns have defaults in the database: processes of the version before go on inserting while this one is rolled out.
"""

from __future__ import annotations

from django.db import migrations, models

import accesskeys.core.validators
from accesskeys.models.migrating import AddField, HoldingTables

_LINE = {"blank": True, "default": "", "db_default": "", "validators": [accesskeys.core.validators.validate_line]}


class Migration(migrations.Migration):
    dependencies = [
        ("accesskeys", "0007_checks_and_retention"),
    ]

    operations = [
        HoldingTables(
            "accesskeys_accesskey",
            operations=[
                AddField(
                    "accesskey",
                    "description",
                    models.CharField(max_length=200, verbose_name="description", **_LINE),
                ),
                AddField(
                    "accesskey", "owner", models.CharField(max_length=150, verbose_name="owner", **_LINE)
                ),
                AddField(
                    "accesskey",
                    "labels",
                    models.JSONField(
                        blank=True,
                        db_default=models.Value({}, models.JSONField()),
                        default=dict,
                        validators=[accesskeys.core.validators.validate_labels],
                        verbose_name="labels",
                    ),
                ),
                AddField(
                    "accesskey",
                    "key_created_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="key made"),
                ),
                AddField(
                    "accesskey",
                    "key_first_used_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="key first used"),
                ),
            ],
        ),
    ]
