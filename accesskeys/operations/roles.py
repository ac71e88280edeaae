"""The roles of the policy as Django groups, which operators are given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission

from accesskeys.operations.policy import ROLES, RULES, Operation


def create_roles(sender: AppConfig, **_kwargs: Any) -> None:
    """Create each role's group with its permissions. A group that exists is left as administrators made it."""
    # Django does it too, but after us if this app is listed before its auth app.
    create_permissions(sender)
    create_permissions(apps.get_app_config("auth"))
    for role, operations in ROLES.items():
        group, is_new = Group.objects.get_or_create(name=role)
        if is_new:
            group.permissions.set(
                Permission.objects.get(content_type__app_label=app, codename=codename)
                for app, _, codename in _permissions(operations)
            )


def _permissions(operations: Iterable[Operation]) -> Iterator[tuple[str, str, str]]:
    return (name.partition(".") for operation in operations if (name := RULES[operation].permission))
