"""Counters in a Redis: right across machines."""

from __future__ import annotations

from typing import Any

from django.core.cache.backends.redis import RedisCache

from accesskeys.verification.counters.counted import Counted


class RedisCounters:
    """A window is an entry that Redis lets expire, by no clock of ours. It begins with the first that is counted."""

    def __init__(self, cache: RedisCache) -> None:
        self._cache = cache

    def increment(self, name: str, *, seconds: int) -> Counted:
        key, client = self._of(name, seconds)
        with client.pipeline() as pipeline:  # All at once: in between, the entry could expire.
            _, count, left = pipeline.set(key, 0, ex=seconds, nx=True).incr(key).pttl(key).execute()
        if (
            not 0 <= left <= seconds * 1000
        ):  # The clock of the Redis was set back, or somebody keeps the entry for good.
            client.expire(key, seconds)
        return Counted(count, _seconds(left, seconds))

    def count(self, name: str, *, seconds: int) -> Counted:
        key, client = self._of(name, seconds)
        with client.pipeline() as pipeline:
            count, left = pipeline.get(key).pttl(key).execute()
        return Counted(int(count or 0), _seconds(left, seconds))

    def _of(self, name: str, seconds: int) -> tuple[str, Any]:
        """Its entry, and who to ask about it."""
        key = self._cache.make_and_validate_key(f"access_keys:{name}:{seconds}")
        return key, self._cache._cache.get_client(key, write=True)


def _seconds(left: int, seconds: int) -> int:
    """Milliseconds as whole seconds. Negative: there is no entry, or it never expires."""
    return min(max(1, -(-left // 1000)), seconds) if left >= 0 else seconds
