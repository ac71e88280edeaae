"""``/auth/verify/``: may this request pass? Asked by gateways, answered ahead of all other middleware.

Sessions, forms, hosts and content types mean nothing here, and most of a Django request's cost is theirs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qs

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from accesskeys import bearer, metrics, scopes, services
from accesskeys.exceptions import CountersUnavailable, InsufficientScope, InvalidKey, RateLimited
from accesskeys.http import RETRY_AFTER_SECONDS, client_address
from accesskeys.models import AccessKey

logger = logging.getLogger("accesskeys.gate")

PATH = "/auth/verify/"

# nginx makes a 500 of everything but 2xx, 401 and 403, so only the others are told of a 429.
THROTTLED_STATUS = {"nginx": 403, "caddy": 429, "traefik": 429, "envoy": 429, "haproxy": 429}


class VerifyMiddleware:
    """Answers ``/auth/verify/`` itself and lets everything else pass. The outermost middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info != PATH:
            return self.get_response(request)
        response = verify(request)
        response.headers["Cache-Control"] = "no-store"
        # Without a length the server sends an empty chunk, and some gateways wait for more.
        response.headers["Content-Length"] = "0"
        del response.headers["Content-Type"]
        response._has_been_logged = True  # type: ignore[attr-defined]  # Its reason is in the log already.
        return response


class Misconfigured(Exception):
    """The gateway asks for something that does not exist."""


@dataclass(frozen=True)
class Demand:
    """What the gateway's own configuration asks for, in the query of the address that it calls."""

    scopes: tuple[str, ...]
    throttled_status: int

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        """Read ``?scope=…&scope=…&dialect=…``, or raise Misconfigured."""
        fields = parse_qs(request.META.get("QUERY_STRING", ""), keep_blank_values=True)
        wanted = tuple(" ".join(fields.pop("scope", [])).split())
        dialect = fields.pop("dialect", ["nginx"])[-1]
        if fields or dialect not in THROTTLED_STATUS or not all(map(scopes.is_well_formed, wanted)):
            raise Misconfigured
        return cls(wanted, THROTTLED_STATUS[dialect])


def verify(request: HttpRequest) -> HttpResponse:
    """200 with who is calling, or 401, 403, 429, 503. The reason of a refusal goes to the log and the metrics alone."""
    try:
        demand = Demand.of(request)
    except Misconfigured:
        logger.error("A gateway asks for an unknown dialect, a malformed scope or an unknown field")
        return HttpResponse(status=503)
    try:
        with metrics.counting("gate"):
            access_key = _authenticate(request)
            _require(access_key, demand.scopes)
    except InvalidKey as refusal:
        error = None if refusal.reason == "absent" else refusal.code
        return _refused(401, **{"WWW-Authenticate": bearer.challenge(error)})
    except InsufficientScope as refusal:
        return _refused(403, **{"WWW-Authenticate": bearer.challenge(refusal.code, scope=refusal.scope)})
    except RateLimited as refusal:
        return _refused(demand.throttled_status, **{"Retry-After": str(refusal.retry_after)})
    except CountersUnavailable:
        return _unavailable()
    except DatabaseError:
        logger.exception("The database did not answer")
        return _unavailable()
    return HttpResponse(headers=_identity(access_key))


def _authenticate(request: HttpRequest) -> AccessKey:
    key = bearer.key_in(request.META.get("HTTP_AUTHORIZATION", ""))
    if key is None:
        raise InvalidKey("absent")
    return services.authenticate(key, address=client_address(request))


def _require(access_key: AccessKey, wanted: tuple[str, ...]) -> None:
    for scope in wanted:
        if not access_key.has_scope(scope):
            raise InsufficientScope(scope)


def _identity(access_key: AccessKey) -> dict[str, str]:
    # Each one always present, empty or not: where one is missing, a gateway may let the client's own through.
    return {
        "X-Access-Key-Id": str(access_key.pk),
        "X-Access-Key-Name": access_key.name,
        "X-Access-Key-Scopes": " ".join(access_key.scopes),
    }


def _unavailable() -> HttpResponse:
    return _refused(503, **{"Retry-After": str(RETRY_AFTER_SECONDS)})


def _refused(status: int, **headers: str) -> HttpResponse:
    return HttpResponse(status=status, headers=headers)
