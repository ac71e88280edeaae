"""What the tests of second factors ask in the same words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from allauth.core.context import request_context
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.test import RequestFactory

from identity_cloud.operators.factors import totp

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_at(seconds: float, secret: str = SECRET) -> str:
    """What the app shows then."""
    return format_hotp_value(hotp_value(secret, int(seconds) // totp.STEP))


@contextmanager
def being_asked(operator: User) -> Iterator[HttpRequest]:
    """In the middle of a request, where django-allauth counts attempts."""
    request = RequestFactory().post("/")
    request.user = operator
    request.session = {}  # type: ignore[assignment]
    with request_context(request):
        yield request
