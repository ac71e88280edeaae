"""``PUBLIC_URL`` and ``TRUSTED_PROXIES`` against each other."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from accesskeys.core import conf
from identity_cloud.health.findings import Finding, failed, warning

MANY = 1 << 16  # addresses: more than the machines of a proxy


def proxies() -> Iterator[Finding]:
    """Who is believed about clients and https."""
    networks = conf.trusted_proxies()
    if any(network.prefixlen == 0 for network in networks):
        yield failed(
            "proxies",
            "TRUSTED_PROXIES names the whole internet: anybody could pass for any client. Name the proxies.",
        )
    elif any(network.num_addresses > MANY for network in networks):
        yield warning(
            "proxies",
            f"TRUSTED_PROXIES names a network of more than {MANY:,} addresses, and each of them could pass for any "
            "client. Name the proxies themselves.",
        )
    elif not settings.IS_LOCAL and not networks:
        yield warning(
            "proxies",
            "PUBLIC_URL is https, and TRUSTED_PROXIES names nobody who could say so: unless the proxy comes through a "
            "Unix socket, every page is led on to https without end. Name the proxy that ends TLS.",
        )
    else:
        yield Finding("proxies")
