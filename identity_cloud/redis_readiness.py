"""Whether the Redis of ``CACHE_URL`` counts: asked once at the start."""

from __future__ import annotations

import logging
import ssl
from typing import Any

from django.core.cache import caches
from django.core.exceptions import ImproperlyConfigured
from redis import exceptions

from accesskeys.core import conf
from accesskeys.verification.counters import get_counters

logger = logging.getLogger("identity_cloud.readiness")


def check_redis() -> None:
    """Raise ImproperlyConfigured where it can never count. One that is away comes back, and most works without it."""
    alias = conf.counter_cache()
    if alias is None:
        return
    try:
        get_counters().increment("start", seconds=1)
    except exceptions.RedisError as error:
        if refusal := _refusal(error):
            raise ImproperlyConfigured(f"The Redis of CACHE_URL {refusal}") from None
        logger.warning(
            "The Redis of CACHE_URL cannot count (%s). Until it does, nobody signs in, and keys with a rate limit are "
            "answered with 503.",
            type(error).__name__,
        )
    finally:
        let_go()  # A connection must not be shared with the workers.


def let_go() -> None:
    """Close the connections of this thread to it, if there is one."""
    if alias := conf.counter_cache():
        cache: Any = caches[alias]
        cache._cache.get_client().connection_pool.disconnect()


def _refusal(error: exceptions.RedisError) -> str:
    """What can never work, without a value: Redis itself names users. Empty where it may work later."""
    match error:
        case exceptions.AuthenticationError():
            return "refuses the user or the password."
        case exceptions.NoPermissionError():
            return "does not let its user count. Permit +@read +@write +@transaction +@connection."
        case exceptions.ReadOnlyError():
            return "is a replica, which cannot be written."
        case exceptions.ResponseError() if "DB index" in str(error):
            return "has no database of that number."
        case _ if isinstance(error.__context__, ssl.SSLCertVerificationError):
            return "shows a certificate that is not trusted here. ?ssl_ca_certs=… names a file of those that are."
    return ""
