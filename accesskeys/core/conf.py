"""The settings of this app, each read when it is needed so that tests and reloads see the present value."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from tempfile import gettempdir

from django.conf import settings

from accesskeys.core.networks import Network, parse_networks
from accesskeys.core.rates import Rate, parse_rate

LAST_USED_PRECISION = timedelta(minutes=1)
DEFAULT_EXPIRY_DAYS = 90
AUDIT_LOG_DAYS = 400  # A year, and a month to look back at it.


def master_keys() -> str:
    """``ACCESS_KEYS_MASTER_KEYS``: the keyring as text. Never derived from ``SECRET_KEY``."""
    return getattr(settings, "ACCESS_KEYS_MASTER_KEYS", "")


def public_url() -> str:
    """``PUBLIC_URL``: the address that operators type, for links that leave the console."""
    address: str = settings.PUBLIC_URL.geturl()
    return address


def counter_cache() -> str | None:
    """``ACCESS_KEYS_COUNTER_CACHE``: the alias of a cache with an atomic ``incr``; None: the file."""
    return getattr(settings, "ACCESS_KEYS_COUNTER_CACHE", None)


def counter_file() -> str:
    """``ACCESS_KEYS_COUNTER_FILE``: where the processes of this machine count, if no cache is named.

    As text: with each bad key, making a path of it would take as long as counting.
    """
    return str(getattr(settings, "ACCESS_KEYS_COUNTER_FILE", None) or f"{gettempdir()}/access_keys_counters")


def tally_file() -> Path:
    """Where the processes of this machine count decisions: beside the counters of the rate limits."""
    return Path(f"{counter_file()}.decisions")


def revocations_file() -> Path | None:
    """``ACCESS_KEYS_REVOCATIONS_FILE``: the journal of what was revoked; None: there is none."""
    file = getattr(settings, "ACCESS_KEYS_REVOCATIONS_FILE", None)
    return Path(file) if file else None


def trusted_proxies() -> tuple[Network, ...]:
    """``TRUSTED_PROXIES``: the networks whose ``X-Forwarded-For`` is believed."""
    return parse_networks(tuple(getattr(settings, "TRUSTED_PROXIES", ())))


def audit_log_days() -> int | None:
    """``ACCESS_KEYS_AUDIT_LOG_DAYS``: for how long audit events are kept; None: for ever."""
    days: int | None = getattr(settings, "ACCESS_KEYS_AUDIT_LOG_DAYS", AUDIT_LOG_DAYS)
    return days


def default_expiry_days() -> int | None:
    """``ACCESS_KEYS_DEFAULT_EXPIRY_DAYS``: the expiry that the page for generating proposes; None: no expiry."""
    days: int | None = getattr(settings, "ACCESS_KEYS_DEFAULT_EXPIRY_DAYS", DEFAULT_EXPIRY_DAYS)
    return days


def fresh_proof() -> timedelta | None:
    """``ACCESS_KEYS_FRESH_PROOF_MINUTES``: how old an operator's proof may be; None: nobody is asked for one."""
    minutes: int | None = getattr(settings, "ACCESS_KEYS_FRESH_PROOF_MINUTES", None)
    return minutes if minutes is None else timedelta(minutes=minutes)


def reveals_per_hour() -> int | None:
    """``ACCESS_KEYS_REVEALS_PER_HOUR``: how many keys an operator may see in an hour; None: as many as it likes."""
    most: int | None = getattr(settings, "ACCESS_KEYS_REVEALS_PER_HOUR", None)
    return most


def asks_for_reason() -> bool:
    """``ACCESS_KEYS_REVEAL_REASON``: whether an operator says why, each time that a key is shown."""
    return bool(getattr(settings, "ACCESS_KEYS_REVEAL_REASON", False))


def bad_key_limit() -> Rate:
    """``ACCESS_KEYS_BAD_KEY_LIMIT``: how many bad keys an address may present before it hears 429."""
    return parse_rate(getattr(settings, "ACCESS_KEYS_BAD_KEY_LIMIT", "60/minute"))


def decision_timeout() -> float:
    """``ACCESS_KEYS_DECISION_TIMEOUT``: seconds that a decision waits for the database, and then fails."""
    seconds: float = getattr(settings, "ACCESS_KEYS_DECISION_TIMEOUT", 2.0)
    return seconds


def replica() -> str | None:
    """``ACCESS_KEYS_REPLICA``: the alias of a standby of PostgreSQL to ask about keys; None: the primary is asked."""
    return getattr(settings, "ACCESS_KEYS_REPLICA", None)


def replica_lease() -> int:
    """``ACCESS_KEYS_REPLICA_LEASE``: for how many seconds a standby is believed, at most."""
    seconds: int = getattr(settings, "ACCESS_KEYS_REPLICA_LEASE", 5)
    return seconds


def last_use_delay() -> float:
    """``ACCESS_KEYS_LAST_USE_DELAY``: seconds between the writing down of last uses. At 0 each is written at once.

    That is for tests, which look at a row after a request and roll both back.
    """
    seconds: float = getattr(settings, "ACCESS_KEYS_LAST_USE_DELAY", 1.0)
    return seconds
