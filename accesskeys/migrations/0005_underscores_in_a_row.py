"""An index for searches that the index of trigrams knows nothing of."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("accesskeys", "0004_an_index_for_each_order")]

    operations = [
        migrations.AddIndex(
            "accesskey",
            models.Index(
                fields=["id"], condition=Q(name__contains="__"), name="access_key_double_underscore"
            ),
        ),
    ]
