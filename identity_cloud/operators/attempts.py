"""How often somebody may try to sign in, and whose attempts are counted together.

Strangers are counted by their address, and by the name that they try. Whoever comes in a browser in which the operator
has signed in before is counted for that browser alone, so that nobody at the same address uses up its attempts.
Passkeys are not counted: nobody guesses one, and what they cost is a signature.
"""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest

from identity_cloud.operators import known_devices, names


def may_send(request: HttpRequest, name: str) -> bool:
    """Whether the sign-in page takes one more form of this sender, who says to be called so."""
    if known_devices.is_one(request) and (device := known_devices.device_of(request, names.called(name))):
        return ratelimit.consume(request, action="sign_in_known", key=device)
    return ratelimit.consume(request, action="sign_in")


def count_proof(request: HttpRequest, operator: AbstractUser) -> Callable[[], None]:
    """Count an attempt to show a code, or the password again; returns how to forget it, where it was right.

    Raises ValidationError after too many wrong ones.
    """
    key = known_devices.device_of(request, operator) or str(operator.pk)
    if not ratelimit.consume(request, action="proof_failed", key=key):
        raise get_adapter().validation_error("too_many_login_attempts")
    return lambda: ratelimit.clear(request, action="proof_failed", key=key)
