"""Operators at their browsers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from accesskeys.models import AccessKey
from tests.factories import OperatorFactory

LIST = "/settings/access-keys/"
GENERATE = "/settings/access-keys/generate/"
AUDIT_LOG = "/settings/audit-log/"
HTMX = {"HX-Request": "true"}


def signed_in(*roles: str, permissions: Iterable[str] = ()) -> Client:
    """A browser in which an operator with these roles and single permissions is signed in."""
    operator = OperatorFactory(roles=roles)
    operator.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(operator)
    return client


def details(access_key: AccessKey) -> str:
    return reverse("accesskeys:access_key_details", args=[access_key.pk])


def reveal(access_key: AccessKey) -> str:
    return reverse("accesskeys:access_key_reveal", args=[access_key.pk])


def revoke(access_key: AccessKey) -> str:
    return reverse("accesskeys:access_key_revoke", args=[access_key.pk])


def said(response: Any) -> list[str]:
    return [strip_tags(str(message)) for message in get_messages(response.wsgi_request)]
