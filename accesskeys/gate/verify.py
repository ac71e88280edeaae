"""``/auth/verify/``: may this request pass? Asked by gateways, answered ahead of everything else.

Sessions, forms, hosts and content types mean nothing here, and most of a Django request's cost is theirs.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import parse_qs, quote, urlencode

from django.db import Error

from accesskeys import verification
from accesskeys.core import bearer, scopes
from accesskeys.core.database_errors import is_passing, reason
from accesskeys.core.exceptions import CountersUnavailable, InsufficientScope, InvalidKey, RateLimited
from accesskeys.http import RETRY_AFTER_SECONDS, address_behind, hints, rate_limit
from accesskeys.models import AccessKey
from accesskeys.verification import metrics, refusal_log

logger = logging.getLogger("accesskeys.gate")

PATH = "/auth/verify/"

# nginx makes a 500 of everything but 2xx, 401 and 403, so only the others are told of a 429.
THROTTLED = {"nginx": HTTPStatus.FORBIDDEN} | dict.fromkeys(
    ("caddy", "traefik", "envoy", "haproxy"), HTTPStatus.TOO_MANY_REQUESTS
)


class Question(NamedTuple):
    """All that an answer depends on. Headers are as WSGI has them: in latin-1, repeated ones joined by commas.

    ``query`` is the gateway's own, from its configuration; the rest is of the request that it asks about.
    """

    query: str
    authorization: str
    peer: str
    forwarded_for: str


class Answer(NamedTuple):
    """All there is to an answer: it has no body."""

    status: HTTPStatus
    headers: Mapping[str, str]


class Misconfigured(Exception):
    """The gateway asks for something that does not exist."""


class Demand(NamedTuple):
    """What the gateway's own configuration asks for, in the query of the address that it calls."""

    scopes: tuple[str, ...]
    throttled: HTTPStatus


@lru_cache
def demand_of(query: str) -> Demand:
    """Read ``?scope=…&scope=…&dialect=…``, or raise Misconfigured. A gateway has few of them, and repeats them."""
    fields = parse_qs(query, keep_blank_values=True)
    wanted = tuple(filter(None, " ".join(fields.pop("scope", [])).split(" ")))
    dialect, *more = fields.pop("dialect", ["nginx"])
    if fields or more or dialect not in THROTTLED or not all(map(scopes.is_well_formed, wanted)):
        raise Misconfigured
    return Demand(wanted, THROTTLED[dialect])


def verify(question: Question) -> Answer:
    """200 with who is calling, or 401, 403, 429, 503. The reason of a refusal goes to the log and the metrics alone.

    Whatever else goes wrong is a 503 too: a gateway may make anything of a status that it does not expect.
    """
    try:
        demand = demand_of(question.query)
        with metrics.counting("gate"):
            address = address_behind(question.peer, question.forwarded_for)
            access_key = _authenticate(question.authorization, address)
            _require(demand.scopes, access_key, address)
        return _answer(HTTPStatus.OK, _identity(access_key) | hints(access_key))
    except InvalidKey as refusal:
        error = None if refusal.reason == "absent" else refusal.code
        return _answer(HTTPStatus.UNAUTHORIZED, {"WWW-Authenticate": bearer.challenge(error)})
    except InsufficientScope as refusal:
        challenge = bearer.challenge(refusal.code, scope=refusal.scope)
        return _answer(HTTPStatus.FORBIDDEN, {"WWW-Authenticate": challenge, **hints(access_key)})
    except RateLimited as refusal:
        retry_after = {"Retry-After": str(refusal.retry_after)}
        return _answer(demand.throttled, retry_after | rate_limit(refusal.window))
    except Misconfigured:
        logger.error("A gateway asks for an unknown dialect, a malformed scope or an unknown field")
        return _answer(HTTPStatus.SERVICE_UNAVAILABLE, {})
    except CountersUnavailable:
        return _unavailable()
    except Exception as error:
        if isinstance(error, Error) and is_passing(error):
            logger.error("A question could not be answered: the database cannot be used: %s", reason(error))
        else:
            logger.exception("A question could not be answered")
        return _unavailable()


def _authenticate(authorization: str, address: str | None) -> AccessKey:
    key = bearer.key_in(authorization)
    if key is None:
        raise InvalidKey("absent")
    return verification.authenticate(key, address=address)


def _require(wanted: tuple[str, ...], access_key: AccessKey, address: str | None) -> None:
    for scope in wanted:
        if not access_key.has_scope(scope):
            refusal_log.write(f"scope {scope}", address=address, access_key=access_key)
            raise InsufficientScope(scope)


def _identity(access_key: AccessKey) -> dict[str, str]:
    # Each one always present, empty or not: where one is missing, a gateway may let the client's own through.
    return {
        "X-Access-Key-Id": str(access_key.pk),
        "X-Access-Key-Name": access_key.name,
        "X-Access-Key-Scopes": " ".join(access_key.scopes),
        # Written as in a query: ASCII alone, and no separator that is not one.
        "X-Access-Key-Labels": urlencode(access_key.labels, quote_via=quote) if access_key.labels else "",
    }


def _unavailable() -> Answer:
    return _answer(HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": str(RETRY_AFTER_SECONDS)})


def _answer(status: HTTPStatus, headers: Mapping[str, str]) -> Answer:
    # Without a length the server sends an empty chunk, and some gateways wait for more.
    return Answer(status, {**headers, "Cache-Control": "no-store", "Content-Length": "0"})
