"""Mark the access keys that are being rotated."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def mark(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """One statement over the table of rotations, which is small."""
    rotations = apps.get_model("accesskeys", "Rotation").objects.values("pk")
    apps.get_model("accesskeys", "AccessKey").objects.filter(pk__in=rotations).update(has_next_key=True)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accesskeys", "0014_has_next_key")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
