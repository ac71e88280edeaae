"""Second factors (stub until they are built)."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest


def kinds(operator: AbstractUser) -> frozenset[Authenticator.Type]:
    return frozenset()


def has_factor(operator: AbstractUser) -> bool:
    return False


def check_code(operator: AbstractUser, code: str) -> Authenticator | None:
    return None


def begin_passkey(request: HttpRequest, operator: AbstractUser) -> dict[str, Any]:
    return {}


def complete_passkey(
    request: HttpRequest, operator: AbstractUser, credential: dict[str, Any]
) -> Authenticator | None:
    return None
