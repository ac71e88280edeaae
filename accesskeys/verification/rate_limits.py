"""Rate limits in fixed windows: so many requests by a key, so many bad keys from an address."""

from __future__ import annotations

import logging

from accesskeys.core import conf, once
from accesskeys.core.exceptions import CountersUnavailable, RateLimited
from accesskeys.core.networks import household
from accesskeys.core.rates import Rate, Window, parse_rate
from accesskeys.models import AccessKey
from accesskeys.verification import metrics, refusal_log
from accesskeys.verification.counters import OF_KEYS, get_counters

logger = logging.getLogger("accesskeys.rate_limits")


def window_of(access_key: AccessKey) -> Window:
    """How much of an access key's own limit is used up. Nothing is counted. Raises CountersUnavailable."""
    return _window(_name(access_key), parse_rate(access_key.rate_limit or ""), one_more=False)


def count_use(access_key: AccessKey) -> None:
    """Count a request against the access key's own limit, which it tells from now on; raises RateLimited beyond it.

    Raises CountersUnavailable where it cannot be counted: a limit that nobody counts would be none.
    """
    if access_key.rate_limit:
        access_key.window = window = one_more(_name(access_key), parse_rate(access_key.rate_limit))
        if window.is_exceeded:
            raise RateLimited(window.seconds_left, "rate_limit", window)


def count_bad_key(address: str | None) -> None:
    """Count a bad key against the address that presented it; raises RateLimited beyond the limit.

    Good keys are not counted here, so programs behind the same address go on working. A bad key that cannot be
    counted is refused all the same, so nothing is raised for it.
    """
    try:
        window = one_more(f"address:{household(address)}", conf.bad_key_limit())
    except CountersUnavailable:
        return
    if window.is_exceeded:
        refusal_log.write("bad_keys", address=address)
        raise RateLimited(window.seconds_left, "bad_keys")


def one_more(name: str, rate: Rate) -> Window:
    """Count one more of something else, for whoever has a bound of its own. Raises CountersUnavailable."""
    return _window(name, rate, one_more=True)


def _window(name: str, rate: Rate, *, one_more: bool) -> Window:
    try:
        counters = get_counters()
        counted = (counters.increment if one_more else counters.count)(name, seconds=rate.seconds)
    except Exception as error:  # Each cache raises exceptions of its own.
        metrics.count_error("counters")
        if once.a_minute("rate limits", error):
            logger.error("Rate limits cannot be counted: %s", error)
        raise CountersUnavailable(in_cache=conf.counter_cache() is not None) from error
    return Window(rate, counted.used, counted.seconds_left)


def _name(access_key: AccessKey) -> str:
    return f"{OF_KEYS}{access_key.pk}"
