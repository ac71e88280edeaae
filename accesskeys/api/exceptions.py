"""The refusals of the API that DRF has no class for.

They carry their own ``WWW-Authenticate`` in ``auth_header``, which DRF's exception handler sends, so they come out the
same in any project. Nothing of DRF's views is imported: DRF imports authentication and permissions before it has any.
"""

from __future__ import annotations

from rest_framework import exceptions, status

from accesskeys.core import bearer
from accesskeys.core.exceptions import InsufficientScope, InvalidKey, PreconditionFailed, RateLimited
from accesskeys.http import RETRY_AFTER_SECONDS


class KeyRefused(exceptions.APIException):
    """401: a key was presented and is not usable. One answer, whatever the reason (RFC 6750, section 3.1).

    Not an AuthenticationFailed: of that, DRF makes a 403 where another authentication comes first in the list.
    """

    status_code = status.HTTP_401_UNAUTHORIZED
    default_detail = InvalidKey.sentence
    default_code = InvalidKey.code
    auth_header = bearer.challenge(InvalidKey.code)


class ScopeMissing(exceptions.PermissionDenied):
    """403: the key is usable and lacks a scope (RFC 6750, section 3.1)."""

    def __init__(self, scope: str) -> None:
        refusal = InsufficientScope(scope)
        super().__init__(str(refusal), refusal.code)
        self.auth_header = bearer.challenge(refusal.code, scope=scope)


class Conflicting(exceptions.APIException):
    """409: asked for at the wrong moment, or at odds with an earlier request. The sentence says what to do."""

    status_code = status.HTTP_409_CONFLICT


class Outdated(exceptions.APIException):
    """412: somebody was faster (RFC 9110, section 15.5.13)."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = PreconditionFailed.sentence
    default_code = PreconditionFailed.code


class TooManyRequests(exceptions.Throttled):
    """429, with our sentence: DRF would say the seconds a second time, in words. ``wait`` becomes ``Retry-After``."""

    def __init__(self, refusal: RateLimited) -> None:
        exceptions.APIException.__init__(self, str(refusal), refusal.code)
        self.wait = refusal.retry_after
        self.window = refusal.window


class ServiceUnavailable(exceptions.APIException):
    """503. ``wait``, in seconds, becomes ``Retry-After``."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The service is not available at the moment. Try again in a few seconds."
    default_code = "unavailable"
    wait: int | None = RETRY_AFTER_SECONDS
