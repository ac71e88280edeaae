"""Where the server listens: whether it can, and who can reach it there."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from accesskeys.core.networks import parse_address

_WHY = {
    errno.EADDRINUSE: "port {port} on {host} is taken. Stop what listens there, or take another: make run PORT=9000",
    errno.EACCES: "port {port} is not for this account, as a rule because it is below 1024. "
    "Take another: make run PORT=9000",
    errno.EADDRNOTAVAIL: "HOST is no address of this machine.",
}


def check(addresses: Iterable[object]) -> None:
    """Raise ImproperlyConfigured where gunicorn could not listen, which it would try five times, or in vain.

    Sockets that are inherited, from systemd or on an upgrade in place, are bound already.
    """
    if os.environ.get("LISTEN_FDS") or os.environ.get("GUNICORN_FD"):
        return
    for address in addresses:
        if isinstance(address, tuple):
            _check_reach(address[0])
            _check_free(*address)


def public_address(listeners: Iterable[socket.socket]) -> str:
    """Where the console is, for whoever may use it: PUBLIC_URL; on this machine alone, the port that is served."""
    if not settings.IS_LOCAL:
        url: str = settings.PUBLIC_URL.geturl()
        return url
    for listener in listeners:
        name = listener.getsockname()
        if isinstance(name, tuple):
            host = f"[{name[0]}]" if ":" in name[0] else name[0]
            return f"http://{host}:{name[1]}"
    return settings.PUBLIC_URL.geturl()  # A unix socket has no address of its own.


def _check_reach(host: str) -> None:
    """Plain http stays on this machine: other names are refused, and cookies would cross the network in the open."""
    try:
        address = parse_address(host) or parse_address(socket.gethostbyname(host))
    except OSError:
        raise ImproperlyConfigured("HOST is a name that has no address here.") from None
    if settings.IS_LOCAL and not (address and address.is_loopback):
        raise ImproperlyConfigured(
            f"HOST is {host}, and PUBLIC_URL is {settings.PUBLIC_URL.geturl()}, which reaches this machine alone. "
            "Set PUBLIC_URL to the https address that operators type, and put a proxy in front that ends TLS; "
            "or leave HOST at 127.0.0.1."
        )


def _check_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # As gunicorn does.
            probe.bind((host, port))
    except OSError as error:
        why = _WHY.get(error.errno or 0, "port {port} on {host} cannot be listened on: {reason}.")
        raise ImproperlyConfigured(why.format(host=host, port=port, reason=error.strerror)) from None
