"""May this access key be used now, from here? The ordered checks, for requests and for ``explain_access_key``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from accesskeys.core.exceptions import InvalidKey
from accesskeys.core.moments import written
from accesskeys.core.networks import contains, parse_address, parse_networks
from accesskeys.models import AccessKey


class Attempt(NamedTuple):
    """A request as far as the checks need to know it: where from, and when."""

    address: str | None
    at: datetime


@dataclass(frozen=True)
class Check:
    """One condition. ``reason`` is what the log says when it refuses; ``told`` is what it looks at."""

    reason: str
    passes: Callable[[AccessKey, Attempt], bool]
    told: Callable[[AccessKey], str]


def is_from_allowed_network(access_key: AccessKey, attempt: Attempt) -> bool:
    """No networks mean anywhere. An address that is not known is in no network."""
    if not access_key.allowed_networks:
        return True
    address = parse_address(attempt.address or "")
    return address is not None and contains(parse_networks(tuple(access_key.allowed_networks)), address)


CHECKS = (
    Check(
        "suspended",
        lambda access_key, _attempt: not access_key.is_suspended,
        lambda access_key: f"since {written(access_key.suspended_at)}" if access_key.suspended_at else "no",
    ),
    Check(
        "expired",
        lambda access_key, attempt: not access_key.is_expired_at(attempt.at),
        lambda access_key: written(access_key.expires_at) if access_key.expires_at else "never",
    ),
    Check(
        "address",
        is_from_allowed_network,
        lambda access_key: ", ".join(access_key.allowed_networks) or "anywhere",
    ),
)


def require_usable(access_key: AccessKey, attempt: Attempt) -> None:
    """Raise InvalidKey with the reason of the first check that refuses, of the presented key and of its access key."""
    presented = access_key.presented
    if presented and presented.has_ended_at(attempt.at):
        raise InvalidKey("ended")
    for check in CHECKS:
        if not check.passes(access_key, attempt):
            raise InvalidKey(check.reason)
