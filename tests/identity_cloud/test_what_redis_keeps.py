"""What the cache keeps in a Redis is JSON: whoever writes there runs nothing here."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import CacheHandler, caches
from redis import Redis

from identity_cloud.caches import RedisCache
from tests.redis_servers import RedisServer


@pytest.fixture
def cache(redis: RedisServer, settings: Any) -> RedisCache:
    settings.CACHES = {"default": {"BACKEND": "identity_cloud.caches.RedisCache", "LOCATION": redis.url}}
    made = caches["default"]
    assert isinstance(made, RedisCache)
    return made


@pytest.mark.parametrize("value", [1, 0, -3, True, 2.5, 1795860000.25, [1.5, 2.5], [], "text"])
def test_it_comes_back_as_it_was(cache: RedisCache, value: Any) -> None:
    cache.set("name", value)
    found = cache.get("name")
    assert found == pytest.approx(value) if isinstance(value, list) else found == value
    assert type(found) is type(value)


def test_whole_numbers_are_counted_on(cache: RedisCache) -> None:
    assert cache.add("name", 0)
    assert (cache.incr("name"), cache.incr("name", 5), cache.get("name")) == (1, 6, 6)


def test_all_of_it_is_json(cache: RedisCache, redis: RedisServer) -> None:
    for name, value in {"number": 1, "moment": 2.5, "attempts": [1.5, 2.5]}.items():
        cache.set(name, value)
    there = Redis.from_url(redis.url)
    kept = [json.loads(str(there.get(name), "ascii")) for name in there.scan_iter()]
    assert len(kept) == 3


def test_a_process_from_before_counts_beside_us(cache: RedisCache, redis: RedisServer) -> None:
    """During an upgrade it could not read what we write."""
    cache.set("name", [1.5])
    settings = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": redis.url}
    before = CacheHandler({"default": settings})["default"]
    before.key_prefix = cache.key_prefix
    assert before.get("name") is None
    before.set("name", [2.5])
    assert (before.get("name"), cache.get("name")) == ([2.5], [1.5])


class Trap:
    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> Any:
        return Path.touch, (self.file,)


@pytest.mark.parametrize(
    "wrong", [b"", b"{", b"{}", b'{"written": [1], "times": []}', b"\xff", b"[" * 100_000]
)
def test_what_is_none_of_ours_counts_as_nothing(cache: RedisCache, redis: RedisServer, wrong: bytes) -> None:
    Redis.from_url(redis.url).set(cache.make_key("name"), wrong)
    assert cache.get("name", "nothing") == "nothing"


def test_nothing_that_is_planted_there_is_run(cache: RedisCache, redis: RedisServer, tmp_path: Path) -> None:
    trap = pickle.dumps(Trap(tmp_path / "sprung"))
    pickle.loads(trap)
    (tmp_path / "sprung").unlink()
    Redis.from_url(redis.url).set(cache.make_key("name"), trap)
    assert cache.get("name", []) == []
    assert not (tmp_path / "sprung").exists()
