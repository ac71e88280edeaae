"""An index for searches that the index of trigrams knows nothing of."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q

from accesskeys.models.migrating import AddIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accesskeys", "0004_an_index_for_each_order")]

    operations = [
        AddIndex(
            "accesskey",
            models.Index(
                fields=["id"], condition=Q(name__contains="__"), name="access_key_double_underscore"
            ),
        ),
    ]
