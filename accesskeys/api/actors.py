from __future__ import annotations

from rest_framework.request import Request

from accesskeys.actors import Actor
from accesskeys.http import client_address


def actor_of(request: Request) -> Actor:
    """The calling access key as an actor. Ask only after authentication."""
    return Actor.for_access_key(request.auth, address=client_address(request._request))
