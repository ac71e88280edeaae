"""How recent a standby is, that is asked about keys. Dropped, the table is locked as briefly as any."""

from __future__ import annotations

from django.db import migrations, models

from accesskeys.models.migrating import CreateModel


class Migration(migrations.Migration):

    dependencies = [
        ('accesskeys', '0020_housekeeping_run'),
    ]

    operations = [
        CreateModel(
            "Heartbeat",
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('standby', models.CharField(editable=False, max_length=63)),
                ('lease_seconds', models.PositiveSmallIntegerField(editable=False)),
                ('number', models.PositiveBigIntegerField(default=1, editable=False)),
                ('beaten_at', models.DateTimeField(editable=False)),
            ],
            options={
                'default_permissions': (),
                'constraints': [
                    models.UniqueConstraint(
                        fields=('standby', 'lease_seconds'), name='accesskeys_heartbeat_of_standby'
                    )
                ],
            },
        ),
    ]
