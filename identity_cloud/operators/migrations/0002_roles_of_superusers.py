"""Operators that were superusers get all roles: what they may do is theirs by the roles then, and seen."""

from __future__ import annotations

from typing import Any

from django.apps import apps as present
from django.conf import settings
from django.db import migrations

from accesskeys.operations.policy import ROLES
from accesskeys.operations.roles import create_roles


def give_all_roles(apps: Any, _schema_editor: Any) -> None:
    """The flags stay, so that the version before still lets them in."""
    superusers = apps.get_model("auth", "User").objects.filter(is_superuser=True)
    if not superusers.exists():
        return
    create_roles(
        present.get_app_config("accesskeys")
    )  # It comes after the migrations otherwise, and makes new ones.
    roles = list(apps.get_model("auth", "Group").objects.filter(name__in=ROLES))
    for superuser in superusers:
        superuser.groups.add(*roles)


class Migration(migrations.Migration):
    dependencies = [
        ("operators", "0001_one_time_links"),
        ("accesskeys", "0019_index_of_events_about_operators"),
        ("auth", "0012_alter_user_first_name_max_length"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [migrations.RunPython(give_all_roles, migrations.RunPython.noop)]
