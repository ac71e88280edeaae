"""Bearer keys for DRF: ``authentication_classes = [AccessKeyAuthentication]``, here and in any other project."""

from __future__ import annotations

from dataclasses import dataclass

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from accesskeys import bearer, services
from accesskeys.exceptions import InvalidKey, RateLimited
from accesskeys.http import client_address
from accesskeys.models import AccessKey


@dataclass(frozen=True)
class Consumer:
    """A program that presented a usable key. Stands where DRF expects a user."""

    access_key: AccessKey
    is_authenticated: bool = True
    is_anonymous: bool = False

    @property
    def pk(self) -> str:
        """What throttles and logs may call it by."""
        return str(self.access_key.pk)


class AccessKeyAuthentication(BaseAuthentication):
    """``request.user`` becomes a Consumer and ``request.auth`` its AccessKey.

    A bearer header that is no good is refused here and now, the same way whatever is wrong with it, so that no other
    authentication is tried after it. Only the header is looked at, never the query or the body.
    """

    def authenticate(self, request: Request) -> tuple[Consumer, AccessKey] | None:
        try:
            key = bearer.key_in(_authorization(request))
            if key is None:
                return None
            access_key = services.authenticate(key, address=client_address(request._request))
        except InvalidKey as refusal:
            raise AuthenticationFailed(str(refusal), refusal.code) from refusal
        except RateLimited as refusal:
            raise Throttled(wait=refusal.retry_after) from refusal
        return Consumer(access_key), access_key

    def authenticate_header(self, request: Request) -> str:
        """The challenge of a 401; DRF asks for it after the refusal."""
        presented = bearer.is_bearer(_authorization(request))
        return bearer.challenge(InvalidKey.code if presented else None)


def _authorization(request: Request) -> str:
    return str(request.META.get("HTTP_AUTHORIZATION", ""))
