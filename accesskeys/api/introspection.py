"""``/oauth2/introspect/``: an API server asks whether the key it was shown is usable (RFC 7662)."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ParseError
from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response

from accesskeys import verification
from accesskeys.api.endpoints import OperationView
from accesskeys.core.exceptions import InvalidKey, RateLimited
from accesskeys.http import address_behind
from accesskeys.models import AccessKey
from accesskeys.operations.policy import Operation
from accesskeys.verification import metrics


@extend_schema(exclude=True)
class IntrospectionView(OperationView):
    """The caller authenticates with a key of its own, and learns nothing about a key that is not usable.

    ``address``, an extension that section 2.1 allows for, is the address that the presented key came from; a key with
    allowed networks is inactive without it.
    """

    operations = {"POST": Operation.INTROSPECT}
    bodies = {"POST": None}
    parser_classes = [FormParser]

    def post(self, request: Request) -> Response:
        form = request.data if isinstance(request.data, QueryDict) else QueryDict()  # No body: no form.
        presented, addresses = form.getlist("token"), form.getlist("address")
        if len(presented) != 1:
            raise ParseError("Send the key to ask about as token, once.")
        if len(addresses) > 1:
            raise ParseError("Send the address that the key came from as address, once.")
        try:
            with metrics.counting("introspection"):
                address = address_behind("".join(addresses), "")
                access_key = verification.authenticate(presented[0], address=address)
        except (InvalidKey, RateLimited):
            return Response({"active": False})
        return Response(_described(access_key))


def _described(access_key: AccessKey) -> dict[str, Any]:
    described: dict[str, Any] = {
        "active": True,
        "token_type": "Bearer",
        "scope": " ".join(access_key.scopes),
        "client_id": access_key.name,
        "sub": str(access_key.pk),
        "iat": int(access_key.created_at.timestamp()),
    }
    if access_key.key_expires_at is not None:
        described["exp"] = int(access_key.key_expires_at.timestamp())
    return described
