"""``PUBLIC_URL``: the address that operators type, in the form that browsers make of it."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import SplitResult

from identity_cloud.settings.environment import required, wrong

_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[^\s/?#@:\[\]]+)(?::(?P<port>[0-9]{1,5}))?/*",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
# Browsers keep these apart from ss, σ and nothing at all; Python's IDNA, which is the older one, does not.
_READ_IN_TWO_WAYS = re.compile("[ßς\u200c\u200d]")
_PORTS = {"http": 80, "https": 443}


def public_url() -> tuple[SplitResult, bool]:
    """It, taken apart, and whether it stands for this machine alone."""
    url = _parse(required("PUBLIC_URL"))
    if url is not None and url.scheme == "https":
        return url, False
    if url is not None and _is_loopback(url.hostname or ""):
        return url, True
    raise wrong(
        "PUBLIC_URL",
        "must be an https address without a path, such as https://keys.example.com, "
        "or plain http on 127.0.0.1 for trying things out.",
    )


def host(url: SplitResult) -> str:
    """The host of an address, as requests name it: an IPv6 address in brackets."""
    return f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname or ""


def _parse(text: str) -> SplitResult | None:
    address = _ADDRESS.fullmatch(text)
    if address is None:
        return None
    scheme, name, port = address["scheme"].lower(), _host(address["host"]), int(address["port"] or 0)
    if name is None or port > 65535 or (address["port"] and not port):
        return None
    return SplitResult(scheme, name if port in (0, _PORTS[scheme]) else f"{name}:{port}", "", "", "")


def _host(text: str) -> str | None:
    """As browsers write it in requests; None for what they, or Django, would never take."""
    try:
        if text.startswith("["):
            address = IPv6Address(text[1:-1])
            if mapped := address.ipv4_mapped:  # Only this machine is ever reached so.
                return str(mapped) if mapped.is_loopback else None
            return f"[{address.compressed}]"
        name = text.encode("idna").decode().lower().removesuffix(".")
        if _READ_IN_TWO_WAYS.search(text.lower()) or len(name) > 253:
            return None
        labels = name.split(".")
        if labels[-1].isdecimal():
            return str(IPv4Address(name))
    except (AddressValueError, UnicodeError):
        return None
    return name if all(map(_LABEL.fullmatch, labels)) else None


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return (IPv6Address if ":" in name else IPv4Address)(name).is_loopback
    except AddressValueError:
        return False
