"""Whose key this is, and whether it may be used now, from here, once more."""

from __future__ import annotations

from django.utils import timezone

from accesskeys.core import keyring
from accesskeys.core.exceptions import InvalidKey, RateLimited
from accesskeys.models import AccessKey
from accesskeys.verification import decision, rate_limits, refusal_log
from accesskeys.verification.finding import find_by_digest
from accesskeys.verification.last_use import record_first_use, record_use


def authenticate(key: str, *, address: str | None = None) -> AccessKey:
    """The access key that this key belongs to, read freshly from the database.

    Raises InvalidKey, whose ``reason`` (malformed, forged, unknown, ended, suspended, expired, address) is logged and
    meant for nobody else, RateLimited for a key over its limit or an address that keeps presenting bad keys, and
    CountersUnavailable for a key with a limit that cannot be counted.

    A bad key is one that belongs to no access key: malformed, forged or unknown. Whoever holds a key that does has not
    guessed it, so a program whose key is suspended, expired or elsewhere goes on hearing 401 and never 429 for it.
    """
    access_key = None
    try:
        access_key = keyring.get_keyring().find(key, find_by_digest)
        now = timezone.now()
        decision.require_usable(access_key, decision.Attempt(address, now))
        rate_limits.count_use(access_key)
    except (InvalidKey, RateLimited) as refusal:
        refusal_log.write(refusal.reason, address=address, access_key=access_key)
        if access_key is None:
            rate_limits.count_bad_key(address)
        raise
    if access_key.presented and access_key.presented.is_used_first:
        record_first_use(access_key, now, address=address)
    record_use(access_key, now)
    return access_key
