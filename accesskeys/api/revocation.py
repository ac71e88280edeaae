"""``/oauth2/revoke/``: whoever holds a key ends it (RFC 7009), a program that is done or a finder of a leaked one."""

from __future__ import annotations

from contextlib import suppress

from django.http import QueryDict
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ParseError
from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response

from accesskeys import operations
from accesskeys.api.endpoints import Endpoint
from accesskeys.core.exceptions import InvalidKey, RateLimited
from accesskeys.http import client_address
from accesskeys.verification import rate_limits


@extend_schema(exclude=True)
class RevocationView(Endpoint):
    """The key is all the proof that it takes. Any other text is answered alike, so that nobody learns anything."""

    http_method_names = ["post"]
    bodies = {"POST": None}
    authentication_classes = []
    permission_classes = []
    parser_classes = [FormParser]

    def post(self, request: Request) -> Response:
        form = request.data if isinstance(request.data, QueryDict) else QueryDict()  # No body: no form.
        presented, address = form.getlist("token"), client_address(request._request)
        if len(presented) != 1:
            raise ParseError("Send the key to revoke as token, once.")
        try:
            operations.surrender(key=presented[0], address=address)
        except InvalidKey:
            with suppress(RateLimited):
                rate_limits.count_bad_key(address)
        return Response({})
