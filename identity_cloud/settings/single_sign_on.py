"""``OIDC_…``: the identity provider that operators may sign in with. Without ``OIDC_ISSUER`` there is none."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from identity_cloud.settings.environment import flag, optional, wrong

# The roles of accesskeys.operations.policy, which needs models and so is not there yet. A test holds them together.
ROLES = ("Viewers", "Operators", "Auditors", "Administrators")

_OTHERS = ("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_LABEL", "OIDC_ROLES_CLAIM", "OIDC_ROLES")
_ISSUER = re.compile(r"https?://[^\s/?#@\\]+(/[^\s?#\\]*)?")
_GIVEN_OUT = re.compile(r"[\x20-\x7e]{1,1000}")  # RFC 6749, appendix A
_CLAIM = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True)
class SingleSignOn:
    """One identity provider, and what it says about roles."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    label: str
    roles_claim: str
    roles: tuple[tuple[str, str], ...]  # What the claim may hold, and the role that it stands for.


def single_sign_on() -> SingleSignOn | None:
    """The identity provider that the settings name."""
    issuer = optional("OIDC_ISSUER")
    if not issuer:
        for name in _OTHERS:
            if optional(name):
                raise wrong(name, "is set, and OIDC_ISSUER is not. Set both, or neither.")
        return None
    if len(issuer) > 200 or _ISSUER.fullmatch(issuer) is None or not is_taken(issuer):
        raise wrong(
            "OIDC_ISSUER",
            "must be the https address that the identity provider calls itself, such as https://login.example.com, "
            "without a query. Plain http is taken on loopback only.",
        )
    return SingleSignOn(
        issuer=issuer,
        client_id=_given_out("OIDC_CLIENT_ID"),
        client_secret=_given_out("OIDC_CLIENT_SECRET"),
        label=_label(default=urlsplit(issuer).hostname or ""),
        roles_claim=_claim(),
        roles=_roles(),
    )


def password_sign_in(provider: SingleSignOn | None) -> bool:
    """Whether passwords open the console. Where nothing else does, they must."""
    is_on = flag("PASSWORD_SIGN_IN", default=True)
    if not is_on and provider is None:
        raise wrong("PASSWORD_SIGN_IN", "is off, and OIDC_ISSUER is not set, so nobody could sign in.")
    return is_on


def is_taken(url: str) -> bool:
    """Whether anything secret is sent to this address: over https, or without leaving the machine."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host)))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _given_out(name: str) -> str:
    text = optional(name)
    if _GIVEN_OUT.fullmatch(text) is None:
        raise wrong(name, "must be what the identity provider gave out for this console: one line of ASCII.")
    return text


def _label(*, default: str) -> str:
    text = optional("OIDC_LABEL", default)
    if len(text) > 40 or not text.isprintable():
        raise wrong("OIDC_LABEL", "must be at most 40 characters that can be printed.")
    return text


def _claim() -> str:
    text = optional("OIDC_ROLES_CLAIM", "groups")
    if _CLAIM.fullmatch(text) is None:
        raise wrong("OIDC_ROLES_CLAIM", "must be the name of a claim, such as groups.")
    return text


def _roles() -> tuple[tuple[str, str], ...]:
    pairs = []
    for position, entry in enumerate(optional("OIDC_ROLES").split(","), start=1):
        value, _, role = (part.strip() for part in entry.rpartition(":"))
        if not value or role not in ROLES:
            raise wrong(
                "OIDC_ROLES",
                "must be values of the claim with their roles, such as ops-team:Operators,audit:Auditors. "
                f"Roles are {', '.join(ROLES)}. Number {position} is no such pair.",
            )
        pairs.append((value, role))
    return tuple(pairs)
