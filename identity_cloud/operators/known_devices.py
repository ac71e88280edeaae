"""Browsers in which an operator has signed in before. Nobody else's attempts keep one of them waiting.

A stranger who tries passwords makes everybody wait who tries the same name, but for the device that its operator uses:
its attempts are counted apart (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
"""

from __future__ import annotations

import secrets
from typing import cast

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core import signing
from django.http import HttpRequest, HttpResponse

_SALT = "identity_cloud.known_devices"
_AGE = 365 * 24 * 60 * 60  # seconds
_MOST = 5  # operators who share a browser


def is_one(request: HttpRequest) -> bool:
    """Whether somebody has signed in here before. Asks no database."""
    return bool(_known(request))


def device_of(request: HttpRequest, operator: AbstractUser | None) -> str | None:
    """What this browser is known as to the operator; None where it is not. A changed password forgets all."""
    if operator is None:
        return None
    device, password = _known(request).get(str(operator.pk), ("", ""))
    return device if device and password == _mark(operator) else None


def remember(request: HttpRequest, response: HttpResponse, operator: AbstractUser) -> None:
    """The operator has signed in here."""
    device = device_of(request, operator) or secrets.token_hex(16)
    known = {key: value for key, value in _known(request).items() if key != str(operator.pk)}
    latest = {**dict(list(known.items())[1 - _MOST :]), str(operator.pk): (device, _mark(operator))}
    response.set_cookie(
        settings.KNOWN_DEVICE_COOKIE,
        signing.dumps(latest, salt=_SALT),
        max_age=_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _known(request: HttpRequest) -> dict[str, tuple[str, str]]:
    try:
        signed = signing.loads(
            request.COOKIES.get(settings.KNOWN_DEVICE_COOKIE, ""), salt=_SALT, max_age=_AGE
        )
    except signing.BadSignature:
        return {}
    return cast(dict[str, tuple[str, str]], signed)


def _mark(operator: AbstractUser) -> str:
    return str(operator.get_session_auth_hash())[:16]
