"""What rate limits and attempts to sign in are counted with."""

from __future__ import annotations

from collections.abc import Iterator

from accesskeys.core import conf
from accesskeys.verification.counters import get_counters
from identity_cloud.health.findings import Finding, failed


def counters() -> Iterator[Finding]:
    """One more is counted, as for a bad key."""
    try:
        get_counters().increment("health", seconds=1)
    except OSError as error:
        yield failed(
            "counters", f"The file of COUNTER_FILE cannot be used: {error.strerror or 'it is none'}."
        )
    except Exception as error:  # noqa: BLE001  Each cache raises exceptions of its own, and may quote its address.
        yield failed(
            "counters",
            f"The Redis of CACHE_URL cannot count ({type(error).__name__}). Until it does, nobody signs in, and keys "
            "with a rate limit are answered with 503.",
        )
    else:
        yield Finding("counters", told="in Redis" if conf.counter_cache() else "in a file")
