"""The roles of the policy as Django groups, so that operators are given one in the admin."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission

from accesskeys.operations.policy import ROLES, RULES


def create_roles(sender: AppConfig, **_kwargs: Any) -> None:
    """Create each role's group with its permissions. A group that exists is left as administrators made it."""
    create_permissions(sender)  # Django does it too, but after us if this app is listed before its auth app.
    for role, operations in ROLES.items():
        group, is_new = Group.objects.get_or_create(name=role)
        if is_new:
            codenames = [str(RULES[operation].permission).partition(".")[2] for operation in operations]
            group.permissions.set(
                Permission.objects.filter(content_type__app_label=sender.label, codename__in=codenames)
            )
