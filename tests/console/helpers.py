"""Operators at their browsers."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import Permission
from django.test import Client

from tests.factories import OperatorFactory


def signed_in(*roles: str, permissions: Iterable[str] = ()) -> Client:
    """A browser in which an operator with these roles and single permissions is signed in."""
    operator = OperatorFactory(roles=roles)
    operator.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(operator)
    return client
