"""What a request says about who is asking: the operator, and the address they ask from."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import cast

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accesskeys.actors import Actor

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in operator as an actor. Ask only after sign-in was checked."""
    return Actor.for_operator(cast(AbstractUser, request.user), address=client_address(request))


def client_address(request: HttpRequest) -> str | None:
    """The address that the request comes from; None where nobody can say.

    That is the peer, unless the peer is one of our proxies (``TRUSTED_PROXIES``). Then ``X-Forwarded-For``
    is read from right to left up to the first address that is not ours: what stands further left is the
    client's own claim. An element that is no address ends the search without an answer.
    """
    address = _address(request.META.get("REMOTE_ADDR", ""))
    for hop in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        if address is None or not hop or not _is_trusted(address):
            break
        address = _address(hop.strip())
    return str(address) if address else None


def prefers_json(request: HttpRequest) -> bool:
    """Whether a program asks: the API, or a script of a page that says so in ``Accept``."""
    if request.path.startswith("/api/"):
        return True
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def htmx(request: HttpRequest) -> HtmxDetails:
    """What htmx says about the request; false where it was not htmx that asked."""
    details: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    return details


def redirect(request: HttpRequest, to: str) -> HttpResponse:
    """Send the browser on. htmx would follow a plain redirect by itself and swap the page into a dialog."""
    if htmx(request):
        return HttpResponseClientRedirect(to)
    return HttpResponseRedirect(to)


def _address(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return None
        return address.ipv4_mapped or address
    return address


def _is_trusted(address: Address) -> bool:
    return any(address in network for network in _networks(tuple(settings.TRUSTED_PROXIES)))


@lru_cache(maxsize=4)
def _networks(cidrs: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ip_network(cidr) for cidr in cidrs)
