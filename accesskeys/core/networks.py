"""Networks in CIDR notation or as one address, and the address a request really came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    collapse_addresses,
    ip_address,
    ip_network,
)

from accesskeys.core.notation import NotationError, gettext_noop

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LIMIT = 32

# A number after the slash, without zeros before it, and no zone id: ``ipaddress`` would also take ``/08``, netmasks and
# ``fe80::1%eth0``. An address alone is the network of that one address, and has a dot or a colon, or it would be any
# number. No sign fits in two places, so that a long text costs no more than its length.
_CIDR = re.compile(r"[0-9A-Fa-f.:]+/(0|[1-9][0-9]{0,2})|[0-9A-Fa-f]*[.:][0-9A-Fa-f.:]*")

# With brackets or a port, as some proxies write an address. IPv6 without brackets has none: it would be a part of it.
_ENDPOINT = re.compile(r"\[([^\[\]]*:[^\[\]]*)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}")


def parse_network(text: str) -> Network:
    """Read one network, or raise NotationError.

    Refused are host bits, zone ids, octal and short forms, netmasks, and IPv4 written as IPv6: each of them reads
    as one network to a person and as another to some program.
    """
    if _CIDR.fullmatch(text) is None:
        raise NotationError(
            gettext_noop(
                "“%(text)s” is not a network. "
                "Write an address, or one with a slash and a number of bits, such as 192.0.2.0/24."
            ),
            text=text,
        )
    try:
        network = ip_network(text)
    except ValueError as error:
        raise _said_plainly(text, error) from None
    if isinstance(network, IPv6Network) and network.network_address.ipv4_mapped is not None:
        raise NotationError(
            gettext_noop("“%(text)s” is an IPv4 network. Write it as IPv4, without ::ffff:."), text=text
        )
    return network


def as_kept(text: str) -> str:
    """A network as a row has it: with its number of bits. What is none stays as it is, to be refused."""
    if "/" in text:
        return text
    try:
        return str(parse_network(text))
    except NotationError:
        return text


@lru_cache(maxsize=1024)
def parse_address(text: str) -> Address | None:
    """Read one address; None for anything that is not one. The last ones are remembered.

    However it is written, it is the same: IPv4 is unwrapped from IPv6, and what does not belong to it is left out,
    which are brackets, a port, and the zone of a link-local address, a name that means nothing on another machine.
    """
    if endpoint := _ENDPOINT.fullmatch(text):
        text = endpoint[1] or endpoint[2]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv4Address):
        return address
    if address.scope_id is not None:
        return IPv6Address(int(address)) if address.is_link_local else None
    return address.ipv4_mapped or address


@lru_cache(maxsize=1024)
def household(text: str | None) -> str:
    """One subscriber: an IPv4 address, or the /64 that an IPv6 subscriber picks addresses from at will."""
    address = parse_address(text or "")
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address)


def contains(networks: Iterable[Network], address: Address) -> bool:
    """Whether one of the networks holds the address."""
    return any(address in network for network in networks)


def cover(outer: Sequence[Network], inner: Sequence[Network]) -> bool:
    """Whether every address of the inner networks is in one of the outer ones, also across two that are neighbours."""
    joined: list[Network] = [
        *collapse_addresses(each for each in outer if isinstance(each, IPv4Network)),
        *collapse_addresses(each for each in outer if isinstance(each, IPv6Network)),
    ]
    return all(any(network[0] in each and network[-1] in each for each in joined) for network in inner)


@lru_cache(maxsize=1024)
def parse_networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    """Read several networks that were validated before; remembered, for they are read with each request."""
    return tuple(parse_network(text) for text in texts)


def client_address(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> Address | None:
    """The address of the client, or None if it cannot be known, which fails closed wherever it matters.

    It is the peer's, unless the peer is a trusted proxy: then ``X-Forwarded-For`` is walked from right to left to
    the first address that is not one. What stands left of that one was written by the client and is never read.
    """
    address = parse_address(peer)
    for hop in reversed(forwarded_for.split(",") if forwarded_for else ()):
        if address is None or not contains(trusted, address):
            return address
        address = parse_address(hop.strip())
    return address


def _said_plainly(text: str, error: ValueError) -> NotationError:
    if "host bits" in str(error):
        return NotationError(
            gettext_noop("“%(text)s” has bits set behind the slash. The network is %(network)s."),
            text=text,
            network=str(ip_network(text, strict=False)),
        )
    return NotationError(gettext_noop("“%(text)s” is not a network in CIDR notation."), text=text)
