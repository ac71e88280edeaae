"""What the web doors share: who is asking, from where, and how an address names an access key."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import register_converter
from django.urls.converters import UUIDConverter
from django.utils.http import http_date
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accesskeys.core import conf, networks
from accesskeys.core.rates import Window
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor

# What is at these addresses is made for programs; the page about it is for signed-in operators.
PROGRAMS_PATHS = ("/api/", "/oauth2/", "/metrics/")
# What asks whether a key may pass, and little else. Whatever other requests do, there are threads for these.
DECISION_PATHS = ("/api/v1/ping/", "/api/v1/access-keys/current/", "/oauth2/introspect/", "/metrics/")
DOCUMENTATION_PATH = "/api/v1/docs/"

PROVED_AT = "proved_at"  # In the session, in seconds since 1970.

RETRY_AFTER_SECONDS = 5  # How long a caller should wait for the database, or for the counters.


def hints(access_key: AccessKey) -> dict[str, str]:
    """What each answer to a key that was let in tells its program: until when, and how many times more."""
    return {**_sunset(access_key), **rate_limit(access_key.window)}


def rate_limit(window: Window | None) -> dict[str, str]:
    """The headers that tell the key's own limit and what is left of it (draft-ietf-httpapi-ratelimit-headers-11)."""
    if window is None:
        return {}
    return {
        "RateLimit-Policy": f'"access-key";q={window.allowed};w={window.rate.seconds}',
        "RateLimit": f'"access-key";r={window.left};t={window.seconds_left}',
    }


def _sunset(access_key: AccessKey) -> dict[str, str]:
    """The header that tells a program that it calls with an old key, and until when that works (RFC 8594)."""
    if access_key.sunset is None or access_key.key_expires_at is None:
        return {}
    return {"Sunset": http_date(access_key.key_expires_at.timestamp())}


class AccessKeyIdConverter(UUIDConverter):
    """An access key ID in an address, in either case and with or without its hyphens, as searches and commands take it.

    We write it in one way: ``reverse()`` gives lower case and hyphens.
    """

    regex = "[0-9A-Fa-f]{8}-?" + 3 * "[0-9A-Fa-f]{4}-?" + "[0-9A-Fa-f]{12}"


register_converter(AccessKeyIdConverter, "access_key_id")


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in operator as an actor. Ask only after sign-in was checked."""
    return Actor.for_operator(
        cast(AbstractUser, request.user), address=client_address(request), proved_at=proved_at(request)
    )


def proved_at(request: HttpRequest) -> datetime | None:
    """When the operator has last shown who it is: at the sign-in, or since."""
    seconds = request.session.get(PROVED_AT)
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def client_address(request: HttpRequest) -> str | None:
    """The address that the request comes from; None where nobody can say. See ``networks.client_address``."""
    return address_behind(request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", ""))


def address_behind(peer: str, forwarded_for: str) -> str | None:
    """The same, of whoever asked us and the ``X-Forwarded-For`` that came along."""
    address = networks.client_address(peer, forwarded_for, conf.trusted_proxies())
    return str(address) if address else None


def is_from_program(request: HttpRequest) -> bool:
    """Whether a program asks at its own door, and no browser strayed there: those have no key to present."""
    return is_for_programs(request) and ("HTTP_AUTHORIZATION" in request.META or prefers_json(request))


def is_for_programs(request: HttpRequest) -> bool:
    """Whether it is their door, whoever asks: no session counts there."""
    return request.path_info.startswith(PROGRAMS_PATHS) and request.path_info != DOCUMENTATION_PATH


def prefers_json(request: HttpRequest) -> bool:
    """Whether a program asks: by ``Accept``, and where that says nothing, by the address."""
    page_or_program = ["text/html", "application/json"]
    if request.path_info.startswith(PROGRAMS_PATHS):
        page_or_program.reverse()
    return (request.get_preferred_type(page_or_program) or page_or_program[0]) == "application/json"


def htmx(request: HttpRequest) -> HtmxDetails:
    """What htmx says about the request; false where it was not htmx that asked."""
    details: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    return details


def redirect(request: HttpRequest, to: str) -> HttpResponse:
    """Send the browser on. htmx would follow a plain redirect by itself and swap the page into a dialog."""
    if htmx(request):
        return HttpResponseClientRedirect(to)
    return HttpResponseRedirect(to)
