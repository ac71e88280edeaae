"""Indexes to find entries of the audit log among a million, each in the order shown (decision 0048).

That of an operator replaces one which held every event, and that of an access key one which had SQLite sort.
"""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Func, Q
from django.db.models.functions import Upper

from accesskeys.models.migrating import AddIndex, RemoveIndex, RemoveIndexOfField, RunPostgreSQL

NEWEST_FIRST = (F("at").desc(), F("id").desc())
ABOUT_OPERATORS = Func(
    F("action"), template="SUBSTR(%(expressions)s, 1, 9) = 'operator.'", output_field=models.BooleanField()
)


def add(index: models.Index) -> AddIndex:
    return AddIndex("auditevent", index)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("accesskeys", "0021_heartbeat"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        add(models.Index(Upper("access_key_name"), *NEWEST_FIRST, name="audit_event_by_name")),
        add(models.Index(Upper("actor_label"), *NEWEST_FIRST, name="audit_event_by_actor")),
        add(models.Index(fields=["action", "-at", "-id"], name="audit_event_by_action")),
        add(models.Index(*NEWEST_FIRST, name="audit_event_of_operators", condition=Q(ABOUT_OPERATORS))),
        add(
            models.Index(
                fields=["operator", "-at", "-id"],
                name="audit_event_by_operator",
                condition=Q(operator__isnull=False),
            )
        ),
        add(models.Index(fields=["access_key_id", "-at", "-id"], name="audit_event_of_access_key")),
        RemoveIndex("auditevent", "audit_event_by_access_key"),
        RemoveIndexOfField(
            "auditevent",
            "operator",
            models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
            index="accesskeys_auditevent_operator_id_bdef6746",
        ),
        # Have PostgreSQL learn what the new expressions hold. It would by itself, but only after many changes.
        RunPostgreSQL("ANALYZE accesskeys_auditevent", migrations.RunSQL.noop),
    ]
