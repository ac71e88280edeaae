"""Counters that all processes share, for rate limits: in the cache of ``CACHE_URL``, or in a file.

The file serves all processes of one machine; a Redis serves several machines. A cache in the memory of each process
would let a key through once per process; a table would cost a write a request.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache

from accesskeys.core import conf
from accesskeys.verification.counters.cache import CacheCounters
from accesskeys.verification.counters.counted import OF_KEYS, Counted, Counters
from accesskeys.verification.counters.file import FileCounters
from accesskeys.verification.counters.redis import RedisCounters

__all__ = ["OF_KEYS", "Counted", "Counters", "get_counters"]


def get_counters() -> Counters:
    """The counters of the settings."""
    alias = conf.counter_cache()
    if alias is None:
        return _in_file(conf.counter_file())
    cache = caches[alias]
    return RedisCounters(cache) if isinstance(cache, RedisCache) else CacheCounters(cache)


@lru_cache(maxsize=4)
def _in_file(path: str) -> FileCounters:
    return FileCounters(Path(path))
