"""Second factors: passkeys, codes from an app, recovery codes. Whoever asks for a proof asks here."""

from __future__ import annotations

import logging
import re
from typing import Any

from allauth.core import context
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AbstractBaseUser, AbstractUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accesskeys.core.exceptions import IntegrityFailure
from identity_cloud.operators.attempts import count_proof
from identity_cloud.operators.factors import condition, passkeys, recovery_codes, totp

logger = logging.getLogger("identity_cloud.operators")

# A recovery code is no factor by itself: it stands in for one that was lost.
FACTORS = frozenset({Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN})
UNREADABLE = ValidationError(
    _(
        "This code cannot be checked: the server cannot read what it is checked against. "
        "Use another factor, or ask an administrator to reset your second factor."
    ),
    code="integrity_failure",
)


def kinds(operator: AbstractBaseUser) -> frozenset[Authenticator.Type]:
    """What the operator can show, recovery codes included."""
    rows = Authenticator.objects.filter(user_id=operator.pk, type__in=condition.KINDS)
    return frozenset(map(Authenticator.Type, rows.values_list("type", flat=True)))


def usable_kinds(operator: AbstractBaseUser) -> frozenset[Authenticator.Type]:
    """Those of them that can be used."""
    return condition.usable(Authenticator.objects.filter(user_id=operator.pk))


def has_factor(operator: AbstractBaseUser) -> bool:
    """Whether the operator has a second factor, one that cannot be used included."""
    return not FACTORS.isdisjoint(kinds(operator))


def is_last(factor: Authenticator) -> bool:
    """Whether the operator has no other second factor that can be used."""
    others = Authenticator.objects.filter(user_id=factor.user_id, type__in=FACTORS).exclude(pk=factor.pk)
    return not condition.usable(others)


def check_code(operator: AbstractUser, code: str) -> Authenticator | None:
    """What the code belongs to, the app or the recovery codes, if it is good. It never is again.

    Raises ValidationError after too many wrong ones, and where none can be checked.
    """
    typed = re.sub(r"[\s-]", "", code)
    forget = count_proof(context.request, operator)
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
    """The passkey that has answered, if it is the operator's. Raises CopiedPasskey."""
    return passkeys.complete(request, operator, credential)
