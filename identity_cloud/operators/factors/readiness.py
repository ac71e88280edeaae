"""Whether this process holds the master keys that second factors are sealed under."""

from __future__ import annotations

import logging
from collections import Counter

from allauth.mfa.models import Authenticator

from accesskeys.core.keyring import get_keyring
from identity_cloud.operators.factors import recovery_codes, totp

logger = logging.getLogger("identity_cloud.operators")

UNOPENED = (
    "Second factors cannot be opened: %d, sealed under the master key %s, which ACCESS_KEYS_MASTER_KEYS does not have. "
    "Add it again, after the present one, or reset the operators who cannot sign in."
)
DAMAGED = "Second factors are damaged: %d. Reset the operators who cannot sign in."


def check_factors() -> None:
    """Tell of those that cannot be opened. No reason not to start: programs need none, and operators can be reset."""
    rows = Authenticator.objects.filter(type__in=(totp.KIND, recovery_codes.KIND))
    needed = list(rows.values_list("data__key_id", flat=True))
    named = Counter(key_id for key_id in needed if isinstance(key_id, str))
    for key_id in sorted(named.keys() - get_keyring().master_keys.keys()):
        logger.warning(UNOPENED, named[key_id], key_id)
    if damaged := len(needed) - named.total():
        logger.warning(DAMAGED, damaged)
