from __future__ import annotations

from typing import cast

from rest_framework.request import Request

from accesskeys.http import client_address
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor


def calling_access_key(request: Request) -> AccessKey:
    """The access key that the request was authenticated with. Ask only after authentication."""
    return cast(AccessKey, request.auth)


def actor_of(request: Request) -> Actor:
    """The calling access key as an actor."""
    return Actor.for_access_key(calling_access_key(request), address=client_address(request._request))
