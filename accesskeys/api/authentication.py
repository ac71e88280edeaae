"""Bearer keys for DRF: ``authentication_classes = [AccessKeyAuthentication]``, here and in any other project."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from django.db import Error
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accesskeys import verification
from accesskeys.api.exceptions import KeyRefused, ServiceUnavailable, TooManyRequests
from accesskeys.core import bearer
from accesskeys.core.database_errors import is_passing
from accesskeys.core.exceptions import CountersUnavailable, InvalidKey, RateLimited
from accesskeys.http import client_address
from accesskeys.models import AccessKey


@dataclass(frozen=True)
class Consumer:
    """A program that presented a usable key. Stands where DRF expects a user, and has no permission of one."""

    access_key: AccessKey

    is_authenticated: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False
    is_active: ClassVar[bool] = True
    is_staff: ClassVar[bool] = False
    is_superuser: ClassVar[bool] = False

    def __str__(self) -> str:
        return str(self.access_key)

    @property
    def pk(self) -> str:
        """What throttles and logs may call it by."""
        return str(self.access_key.pk)

    def has_perms(self, permissions: Iterable[str], obj: object = None) -> bool:
        """Permissions are for operators, scopes are for keys: a key has all of none."""
        return not list(permissions)


class AccessKeyAuthentication(BaseAuthentication):
    """``request.user`` becomes a Consumer and ``request.auth`` its AccessKey.

    A bearer header that is no good is refused here and now, the same way whatever is wrong with it, so that no other
    authentication is tried after it. Only the header is looked at, never the query or the body.
    """

    def authenticate(self, request: Request) -> tuple[Consumer, AccessKey] | None:
        key = bearer.key_in(request.META.get("HTTP_AUTHORIZATION", ""))
        if key is None:
            return None
        try:
            access_key = verification.authenticate(key, address=client_address(request._request))
        except InvalidKey as refusal:
            raise KeyRefused from refusal
        except RateLimited as refusal:
            raise TooManyRequests(refusal) from refusal
        except (
            Error,
            CountersUnavailable,
        ) as failure:  # DRF itself, in another project, would make a 500 of it.
            if isinstance(failure, Error) and not is_passing(failure):
                raise
            raise ServiceUnavailable from failure
        return Consumer(access_key), access_key

    def authenticate_header(self, request: Request) -> str:
        """The challenge to a request without a key."""
        return bearer.challenge()
