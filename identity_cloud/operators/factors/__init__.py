"""Second factors: passkeys, codes from an app, recovery codes. Whoever asks for a proof asks here."""

from __future__ import annotations

import logging
import re
from typing import Any

from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accesskeys.core.exceptions import IntegrityFailure
from identity_cloud.operators.factors import passkeys, recovery_codes, totp

logger = logging.getLogger("identity_cloud.operators")

# A recovery code is no factor by itself: it stands in for one that was lost.
FACTORS = frozenset({Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN})
UNREADABLE = ValidationError(
    _(
        "Your codes cannot be checked: the server cannot open what they are checked against. "
        "Use a passkey, or ask an administrator to reset your second factor."
    ),
    code="integrity_failure",
)


def kinds(operator: AbstractBaseUser) -> frozenset[Authenticator.Type]:
    """What the operator can show, recovery codes included."""
    rows = Authenticator.objects.filter(user_id=operator.pk).values_list("type", flat=True)
    return frozenset(map(Authenticator.Type, rows))


def has_factor(operator: AbstractBaseUser) -> bool:
    """Whether the operator has a second factor."""
    return not FACTORS.isdisjoint(kinds(operator))


def check_code(operator: AbstractBaseUser, code: str) -> Authenticator | None:
    """What the code belongs to, the app or the recovery codes, if it is good. It never is again.

    Raises ValidationError after too many wrong ones, and where none can be checked.
    """
    typed = re.sub(r"[\s-]", "", code)
    forget = check_rate_limit(operator)
    use = totp.use if totp.is_code(typed) else recovery_codes.use
    try:
        authenticator = use(operator, typed)
    except IntegrityFailure as failure:
        logger.error("A second factor of operator %s cannot be opened (%s).", operator.pk, failure.damage)
        raise UNREADABLE from None
    if authenticator is not None:
        forget()
    return authenticator


def begin_passkey(request: HttpRequest, operator: AbstractBaseUser) -> dict[str, Any]:
    """What the browser asks for one of the operator's passkeys with. The challenge is kept in the session."""
    return passkeys.begin(operator)


def complete_passkey(
    request: HttpRequest, operator: AbstractBaseUser, credential: dict[str, Any]
) -> Authenticator | None:
    """The passkey that has answered, if it is the operator's."""
    return passkeys.complete(request, operator, credential)
