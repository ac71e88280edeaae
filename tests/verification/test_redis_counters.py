"""Counting in a real Redis: by its expiry, in one question, and by no clock of ours."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import caches
from pytest_django import Settings
from time_machine import TimeMachineFixture

from accesskeys.core.exceptions import RateLimited
from accesskeys.verification import rate_limits
from accesskeys.verification.counters.redis import RedisCounters
from tests.helpers import at_once
from tests.redis_servers import RedisServer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    started = RedisServer(tmp_path_factory.mktemp("redis"))
    started.start()
    yield started
    started.kill()


@pytest.fixture(
    params=["identity_cloud.caches.RedisCache", "django.core.cache.backends.redis.RedisCache"],
    ids=["ours", "of another project"],
)
def cache(request: pytest.FixtureRequest, server: RedisServer, settings: Settings) -> Any:
    server.client().flushall()
    settings.CACHES = {"default": {"BACKEND": request.param, "LOCATION": server.url, "KEY_PREFIX": "site"}}
    settings.ACCESS_KEYS_COUNTER_CACHE = "default"
    return caches["default"]


@pytest.fixture
def counting(cache: Any) -> RedisCounters:
    return RedisCounters(cache)


def test_each_name_and_each_length_counts_for_itself(counting: RedisCounters) -> None:
    assert counting.count("a", seconds=60) == (0, 60)
    assert [counting.increment("a", seconds=60) for _ in range(3)] == [(1, 60), (2, 60), (3, 60)]
    assert [counting.count("a", seconds=60) for _ in range(2)] == [(3, 60), (3, 60)]
    assert counting.increment("b", seconds=60) == (1, 60)
    assert counting.increment("a", seconds=3600) == (1, 3600)


def test_a_window_ends_by_itself_and_the_next_one_begins_with_the_next_request(
    counting: RedisCounters,
) -> None:
    assert [counting.increment("a", seconds=2) for _ in range(2)] == [(1, 2), (2, 2)]
    time.sleep(1.1)
    assert counting.increment("a", seconds=2) == (3, 1)
    time.sleep(1)
    assert counting.increment("a", seconds=2) == (1, 2)


def test_it_is_one_question(counting: RedisCounters, server: RedisServer) -> None:
    counting.increment("a", seconds=60)  # Connects, too.
    client = server.client()
    before = client.info("stats")["total_reads_processed"]
    counting.increment("a", seconds=60)
    assert (
        client.info("stats")["total_reads_processed"] - before == 2
    )  # And the one that asks for this number.


@pytest.mark.django_db
def test_threads_miss_no_count(counting: RedisCounters) -> None:
    def count() -> None:
        for _ in range(100):
            counting.increment("shared", seconds=3600)

    at_once([count] * 4)
    assert counting.increment("shared", seconds=3600).used == 401


@pytest.mark.parametrize("hours", [-2, 2])
def test_a_clock_that_is_set_changes_nothing(
    cache: Any, settings: Settings, time_machine: TimeMachineFixture, hours: int
) -> None:
    settings.ACCESS_KEYS_BAD_KEY_LIMIT = "2/minute"
    for _ in range(2):
        rate_limits.count_bad_key("203.0.113.77")
    time_machine.move_to(datetime.now(UTC) + timedelta(hours=hours))
    with pytest.raises(RateLimited) as refusal:
        rate_limits.count_bad_key("203.0.113.77")
    assert 50 < refusal.value.retry_after <= 60


@pytest.mark.parametrize("change", ["persist", "expire"])
def test_where_the_clock_of_the_redis_is_set_back_no_window_is_longer_than_itself(
    counting: RedisCounters, server: RedisServer, change: str
) -> None:
    counting.increment("a", seconds=60)
    client = server.client()
    (entry,) = client.keys()
    assert entry.startswith("site:")
    if change == "persist":
        client.persist(entry)
    else:
        client.expire(entry, 7200)
    assert counting.count("a", seconds=60) == (1, 60)
    assert counting.increment("a", seconds=60) == (2, 60)
    assert 50 < client.ttl(entry) <= 60
