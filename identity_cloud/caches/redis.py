"""A cache in a Redis that nobody waits for again and again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache as DjangoRedisCache
from django.core.cache.backends.redis import RedisCacheClient
from redis import Redis, exceptions
from redis.client import Pipeline

from accesskeys.core.breaker import Breaker
from identity_cloud.caches.moments import History

AT_ONCE = 0.1  # seconds
# Processes from before, which write in Django's own notation, count under other names beside us during an upgrade.
NOTATION = 2


class NotAsked(exceptions.ConnectionError):
    """It was waited for in vain a moment ago."""

    def __init__(self) -> None:
        super().__init__("It did not answer just now, so it is not asked again for a moment.")


class RedisCache(DjangoRedisCache):
    """Django's, except that it fails at once while the Redis hangs, and that attempts keep their distance in time."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, {"VERSION": NOTATION, **params})
        self._class = _CacheClient

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        super().set(key, History.of(value), timeout, version)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        found = super().get(key, None, version)
        return default if found is None else History.told(found)


class _CacheClient(RedisCacheClient):
    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(servers, serializer="identity_cloud.caches.notation.JsonNotation", **options)
        self._client = partial(_Client, _breaker_of(tuple(servers)))


class _Client(Redis):
    def __init__(self, breaker: Breaker, **options: Any) -> None:
        super().__init__(**options)
        self._breaker = breaker

    def execute_command(self, *args: Any, **options: Any) -> Any:
        with _asking(self._breaker):
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]

    def pipeline(self, transaction: bool = True, shard_hint: Any = None) -> _Pipeline:
        return _Pipeline(
            self._breaker, self.connection_pool, self.response_callbacks, transaction, shard_hint
        )


class _Pipeline(Pipeline):
    def __init__(self, breaker: Breaker, *args: Any) -> None:
        super().__init__(*args)
        self._breaker = breaker

    def execute(self, raise_on_error: bool = True) -> list[Any]:
        with _asking(self._breaker):
            return super().execute(raise_on_error)


@lru_cache
def _breaker_of(_servers: tuple[str, ...]) -> Breaker:
    """One for each Redis. Django makes a cache for each thread."""
    return Breaker()


@contextmanager
def _asking(breaker: Breaker) -> Iterator[None]:
    if breaker.is_open():
        raise NotAsked
    began = time.monotonic()
    is_away = False
    try:
        yield
    except (exceptions.ConnectionError, exceptions.TimeoutError):
        is_away = time.monotonic() - began > AT_ONCE
        raise
    finally:
        (breaker.failed if is_away else breaker.succeeded)()
