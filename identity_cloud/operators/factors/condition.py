"""Whether what is kept of a second factor can still be used, and what to say where it cannot.

A factor that cannot be used still counts as one: a damaged row must not make the password alone enough.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accesskeys.core.exceptions import IntegrityFailure
from identity_cloud.operators.factors import passkeys, recovery_codes, totp

logger = logging.getLogger("identity_cloud.operators")

KINDS = {
    Authenticator.Type.WEBAUTHN: gettext_lazy("Passkey"),
    Authenticator.Type.TOTP: gettext_lazy("Codes from an app"),
    Authenticator.Type.RECOVERY_CODES: gettext_lazy("Recovery codes"),
}
_CHECKS: dict[str, Callable[[Authenticator], None]] = {
    totp.KIND: totp.require_usable,
    recovery_codes.KIND: recovery_codes.require_usable,
}


def is_usable(row: Authenticator) -> bool:
    """Whether anything can be held against it: it is whole, of this address, and its master key is there."""
    if row.type == passkeys.KIND:
        return passkeys.is_usable(row)
    try:
        _CHECKS[row.type](row)
    except (IntegrityFailure, KeyError):
        return False
    return True


def usable(rows: Iterable[Authenticator]) -> frozenset[Authenticator.Type]:
    """The kinds of which one at least can be used."""
    return frozenset(Authenticator.Type(row.type) for row in rows if is_usable(row))


def obstacle(operator: AbstractBaseUser) -> str:
    """Which of the operator's factors cannot be used, and what to do; empty where each can."""
    rows = list(Authenticator.objects.filter(user_id=operator.pk, type__in=KINDS))
    there = usable(rows)
    broken = [kind for kind in KINDS if kind in {row.type for row in rows} - there]
    if not broken:
        return ""
    logger.error("Second factors of operator %s cannot be used: %s.", operator.pk, ", ".join(broken))
    if not there:
        return _(
            "None of your second factors can be used: the server cannot read what it keeps of them. "
            "Ask an administrator to reset your second factor."
        )
    return _(
        "What cannot be used here: %(factors)s. The server cannot read what it keeps of it. "
        "Use another way, then replace it in your account."
    ) % {"factors": ", ".join(str(KINDS[kind]) for kind in broken)}
