"""The cache in a Redis that hangs: one waits, the others hear at once that it does not answer."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import caches
from django.test import Client
from redis.exceptions import ConnectionError, ResponseError, TimeoutError  # noqa: A004  They are what is tested.

from identity_cloud.caches import RedisCache
from identity_cloud.caches.redis import NotAsked
from tests.factories import OperatorFactory
from tests.redis_servers import RedisServer

NOW = datetime(2026, 11, 28, 10, 0, tzinfo=UTC)


@pytest.fixture
def cache(redis: RedisServer, settings: Any) -> RedisCache:
    options = {"socket_timeout": 1, "socket_connect_timeout": 1}
    backend = "identity_cloud.caches.RedisCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": redis.url, "OPTIONS": options}}
    made = caches["default"]
    assert isinstance(made, RedisCache)
    return made


def test_only_the_first_waits(cache: RedisCache, redis: RedisServer) -> None:
    cache.set("name", 1)
    redis.pause()
    with pytest.raises(TimeoutError):
        cache.get("name")
    began = time.monotonic()
    for ask in (cache.get, cache.has_key, cache.delete, cache.touch, cache.incr):
        with pytest.raises(NotAsked):
            ask("name")
    with pytest.raises(NotAsked):
        cache.set_many({"name": 2, "other": 3})
    assert time.monotonic() - began < 0.9
    redis.resume()
    time.sleep(1.1)
    assert cache.get("name") == 1
    cache.set_many({"name": 2, "other": 3})
    assert cache.get_many(["name", "other"]) == {"name": 2, "other": 3}


def test_one_that_refuses_at_once_is_asked_again_at_once(cache: RedisCache, redis: RedisServer) -> None:
    redis.kill()
    for _ in range(3):
        with pytest.raises(ConnectionError) as refusal:
            cache.get("name")
        assert not isinstance(refusal.value, NotAsked)
    redis.start()
    assert cache.get("name", "nothing") == "nothing"


def test_an_answer_that_is_an_error_is_an_answer(cache: RedisCache) -> None:
    client = cache._cache.get_client(write=True)
    client.lpush("a_list", 1)
    for _ in range(2):
        with pytest.raises(ResponseError):
            client.incr("a_list")


@pytest.mark.parametrize("hours", [-2, 0, 2])
@pytest.mark.django_db
def test_attempts_are_as_long_ago_as_they_are(cache: RedisCache, hours: int) -> None:
    OperatorFactory(username="ada", password="correct horse battery")

    def attempt(password: str) -> bool:
        client = Client()
        client.post("/accounts/login/", {"login": "ada", "password": password})
        return "_auth_user_id" in client.session

    with time_machine.travel(NOW):
        assert attempt("correct horse battery")
        for _ in range(5):
            assert not attempt("wrong")
    with time_machine.travel(NOW + timedelta(hours=hours)):
        assert not attempt("correct horse battery")
