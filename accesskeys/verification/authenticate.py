"""Whose key this is, and whether it may be used now, from here, once more."""

from __future__ import annotations

from django.utils import timezone

from accesskeys.core import keyring
from accesskeys.core.exceptions import InvalidKey, RateLimited
from accesskeys.models import AccessKey
from accesskeys.verification import decision, rate_limits, refusal_log
from accesskeys.verification.finding import find_by_digest
from accesskeys.verification.last_use import record_use


def authenticate(key: str, *, address: str | None = None) -> AccessKey:
    """The access key that this key belongs to, read freshly from the database in one statement.

    Raises InvalidKey, whose ``reason`` (malformed, forged, unknown, suspended, expired, address) is logged and
    meant for nobody else, RateLimited for a key over its limit or an address that keeps presenting bad keys, and
    CountersUnavailable for a key with a limit that cannot be counted.
    """
    access_key = None
    try:
        access_key = keyring.get_keyring().find(key, find_by_digest)
        decision.require_usable(access_key, decision.Attempt(address, timezone.now()))
        rate_limits.count_use(access_key)
    except (InvalidKey, RateLimited) as refusal:
        refusal_log.write(refusal.reason, address=address, access_key=access_key)
        if isinstance(refusal, InvalidKey):
            rate_limits.count_bad_key(address)
        raise
    record_use(access_key)
    return access_key
