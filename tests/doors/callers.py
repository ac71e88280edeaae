"""Everybody who may come to a door, each as a test client of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.test import Client

from accesskeys.core.scopes import INTROSPECT, METRICS, READ, REVEAL, WRITE
from tests.clients import anybody, consumer, signed_in
from tests.factories import AccessKeyFactory, OperatorFactory


def _signed_in(*roles: str, is_superuser: bool = False) -> Client:
    return signed_in(
        OperatorFactory(roles=roles, is_superuser=is_superuser, is_staff=is_superuser, password="a password")
    )


def _with_key(*scopes: str) -> Client:
    return consumer(AccessKeyFactory(scopes=scopes))


OPERATORS: Mapping[str, Callable[[], Client]] = {
    "viewer": lambda: _signed_in("Viewers"),
    "operator": lambda: _signed_in("Operators"),
    "auditor": lambda: _signed_in("Auditors"),
    "superuser": lambda: _signed_in(is_superuser=True),
}
CONSUMERS: Mapping[str, Callable[[], Client]] = {
    "key without scopes": _with_key,
    "key to read": lambda: _with_key(READ),
    "key to write": lambda: _with_key(WRITE),
    "key to reveal": lambda: _with_key(REVEAL),
    "key to introspect": lambda: _with_key(INTROSPECT),
    "key to read metrics": lambda: _with_key(METRICS),
}
CALLERS: Mapping[str, Callable[[], Client]] = {"anonymous": anybody, **OPERATORS, **CONSUMERS}
