"""How far somebody is who does one thing to many access keys. Dropped, the table is locked as briefly as any."""

from __future__ import annotations

import uuid

import django.utils.timezone
from django.db import migrations, models

from accesskeys.models.migrating import CreateModel


class Migration(migrations.Migration):

    dependencies = [
        ('accesskeys', '0015_mark_next_keys'),
    ]

    operations = [
        CreateModel(
            "BulkRun",
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('operation', models.CharField(editable=False, max_length=20)),
                ('ids', models.JSONField(editable=False)),
                ('total', models.PositiveIntegerField(editable=False)),
                ('set_labels', models.JSONField(default=dict, editable=False)),
                ('removed_labels', models.JSONField(default=list, editable=False)),
                ('begun_by', models.CharField(editable=False, max_length=150)),
                ('begun_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('confirmed_at', models.DateTimeField(editable=False, null=True)),
                ('finished_at', models.DateTimeField(editable=False, null=True)),
                ('reached', models.PositiveIntegerField(default=0, editable=False)),
                ('done', models.PositiveIntegerField(default=0, editable=False)),
                ('unchanged', models.PositiveIntegerField(default=0, editable=False)),
                ('absent', models.PositiveIntegerField(default=0, editable=False)),
                ('refused', models.PositiveIntegerField(default=0, editable=False)),
                ('refusals', models.JSONField(default=list, editable=False)),
            ],
            options={
                'default_permissions': (),
            },
        ),
    ]
