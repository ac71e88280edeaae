"""Codes from an app (TOTP, RFC 6238), each of which is good once, in every process and on every machine."""

from __future__ import annotations

import re
import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from identity_cloud.operators.factors.sealing import beside, opened, seal, unseal

KIND = Authenticator.Type.TOTP
STEP = 30  # seconds
DRIFT = 1  # steps that a clock may be off, either way
UNDER_WAY = "second_factor.totp"  # In the session, sealed: the secret of an app that is being set up.

_SETTING_UP = "totp_under_way"
_CODE = re.compile("[0-9]{6}")


def is_code(typed: str) -> bool:
    """Whether it looks like one of these codes."""
    return _CODE.fullmatch(typed) is not None


def begin(request: HttpRequest, operator: AbstractBaseUser) -> str:
    """The secret for an app. The same one until the app is set up: a wrong code changes no picture."""
    if (secret := under_way(request, operator)) is not None:
        return secret
    secret = generate_totp_secret()
    request.session[UNDER_WAY] = seal(secret, operator=operator, kind=_SETTING_UP)
    return secret


def under_way(request: HttpRequest, operator: AbstractBaseUser) -> str | None:
    """The secret of the app that is being set up, if there is one."""
    stored = request.session.get(UNDER_WAY)
    return None if stored is None else unseal(stored, operator=operator, kind=_SETTING_UP)


def end(request: HttpRequest) -> None:
    """The app is set up."""
    request.session.pop(UNDER_WAY, None)


def step_of(secret: str, code: str, *, after: int = 0) -> int | None:
    """The time step that the code belongs to, among those that are near and later than the last used one."""
    now = int(time.time()) // STEP
    for step in range(now - DRIFT, now + DRIFT + 1):
        if step > after and constant_time_compare(code, format_hotp_value(hotp_value(secret, step))):
            return step
    return None


def add(operator: AbstractBaseUser, secret: str, *, used: int) -> Authenticator:
    """Make it a factor. The step of the code that proved the app is used with it."""
    data: dict[str, Any] = {**seal(secret, operator=operator, kind=KIND), "step": used}
    authenticator: Authenticator = Authenticator.objects.create(user=operator, type=KIND, data=data)
    return authenticator


def require_usable(row: Authenticator) -> None:
    """Raise IntegrityFailure where no code can be held against it."""
    opened(row)
    beside(row, "step", int)


def use(operator: AbstractBaseUser, code: str) -> Authenticator | None:
    """The operator's app, if the code is its own and was not used before. Raises IntegrityFailure."""
    with transaction.atomic():
        authenticator: Authenticator | None = (
            Authenticator.objects.select_for_update().filter(user_id=operator.pk, type=KIND).first()
        )
        if authenticator is None:
            return None
        secret = opened(authenticator)
        step = step_of(secret, code, after=beside(authenticator, "step", int))
        if step is None:
            return None
        # Sealed anew, so that an older master key is needed by nobody who signs in.
        authenticator.data = {**seal(secret, operator=operator, kind=KIND), "step": step}
        authenticator.last_used_at = timezone.now()
        authenticator.save(update_fields=["data", "last_used_at"])
        return authenticator
