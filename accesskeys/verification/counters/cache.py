"""Counters in any other cache of Django whose ``incr`` is atomic, such as Memcached."""

from __future__ import annotations

import time

from django.core.cache.backends.base import BaseCache

from accesskeys.verification.counters.counted import Counted


class CacheCounters:
    """A window is an entry that the cache lets expire. It begins with the first that is counted.

    A cache does not say when an entry expires, so that is noted beside it, for ``Retry-After`` alone.
    """

    def __init__(self, cache: BaseCache) -> None:
        self._cache = cache

    def increment(self, name: str, *, seconds: int) -> Counted:
        key = _key(name, seconds)
        if self._cache.add(key, 0, seconds):
            self._cache.set(_end(key), time.time() + seconds, seconds)
        try:
            count = self._cache.incr(key)
        except ValueError:  # Evicted between the two calls.
            count = 1
            self._cache.set(key, count, seconds)
        return Counted(count, self._seconds_left(key, seconds))

    def count(self, name: str, *, seconds: int) -> Counted:
        key = _key(name, seconds)
        return Counted(self._cache.get(key, 0), self._seconds_left(key, seconds))

    def _seconds_left(self, key: str, seconds: int) -> int:
        now = time.time()
        left = -(int(now - self._cache.get(_end(key), now + seconds)))
        return min(max(1, left), seconds)


def _key(name: str, seconds: int) -> str:
    return f"access_keys:{name}:{seconds}"


def _end(key: str) -> str:
    return f"{key}:end"
