"""When housekeeping was done last. Dropped, the table is locked as briefly as any."""

from __future__ import annotations

from django.db import migrations, models

from accesskeys.models.migrating import CreateModel


class Migration(migrations.Migration):

    dependencies = [
        ('accesskeys', '0019_index_of_events_about_operators'),
    ]

    operations = [
        CreateModel(
            "HousekeepingRun",
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('begun_at', models.DateTimeField(editable=False)),
                ('ended_at', models.DateTimeField(editable=False, null=True)),
                ('is_whole', models.BooleanField(default=False, editable=False)),
                ('deleted', models.JSONField(default=dict, editable=False)),
            ],
            options={
                'default_permissions': (),
            },
        ),
    ]
