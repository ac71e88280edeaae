"""Counting that is right across threads and processes, in the file and in a cache."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.cache import caches
from pytest_django import Settings
from time_machine import TimeMachineFixture

from accesskeys.core.rates import Rate, parse_rate
from accesskeys.verification.counters import Counters, file, get_counters
from accesskeys.verification.counters.cache import CacheCounters
from accesskeys.verification.counters.file import FileCounters
from accesskeys.verification.counters.redis import RedisCounters
from tests.helpers import at_once

DAY = 86400  # seconds

COUNT_IN_ANOTHER_PROCESS = """
import django, sys
from pathlib import Path
django.setup()
from accesskeys.verification.counters.file import FileCounters
counters = FileCounters(Path(sys.argv[1]))
for _ in range(500):
    counters.increment("shared", seconds=86400)
"""


@pytest.fixture(params=["file", "cache"])
def counting(request: pytest.FixtureRequest, tmp_path: Path, settings: Settings) -> Counters:
    if request.param == "file":
        return FileCounters(tmp_path / "counters")
    settings.CACHES = {"counting": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    caches["counting"].clear()
    return CacheCounters(caches["counting"])


def test_each_name_and_each_length_counts_for_itself(counting: Counters) -> None:
    assert counting.count("a", seconds=DAY).used == 0
    assert [counting.increment("a", seconds=DAY).used for _ in range(3)] == [1, 2, 3]
    assert [counting.count("a", seconds=DAY).used for _ in range(2)] == [3, 3]
    assert counting.increment("b", seconds=DAY).used == 1
    assert counting.increment("a", seconds=60).used == 1


def test_the_seconds_that_are_left(counting: Counters) -> None:
    for counted in (counting.count("a", seconds=60), counting.increment("a", seconds=60)):
        assert 1 <= counted.seconds_left <= 60


@pytest.mark.parametrize("hours", [-2, 2])
def test_a_clock_that_is_set_makes_nobody_wait_for_longer_than_a_window(
    settings: Settings, time_machine: TimeMachineFixture, hours: int
) -> None:
    """A cache that goes by this clock itself may begin anew; Memcached goes by its own."""
    settings.CACHES = {"counting": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    caches["counting"].clear()
    counting = CacheCounters(caches["counting"])
    time_machine.move_to(datetime(2030, 1, 1, tzinfo=UTC), tick=False)
    assert counting.increment("set", seconds=60) == (1, 60)
    time_machine.shift(20)
    assert counting.increment("set", seconds=60) == (2, 40)
    time_machine.shift(timedelta(hours=hours))
    assert counting.increment("set", seconds=60) == (3 if hours < 0 else 1, 60)


def test_an_entry_that_the_cache_dropped_in_between_begins_anew(settings: Settings) -> None:
    settings.CACHES = {"counting": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    assert CacheCounters(caches["counting"]).increment("a", seconds=60) == (1, 60)


@pytest.mark.django_db
def test_threads_miss_no_count(tmp_path: Path) -> None:
    counting = FileCounters(tmp_path / "counters")

    def count() -> None:
        for _ in range(200):
            counting.increment("shared", seconds=DAY)

    at_once([count] * 4)
    assert counting.increment("shared", seconds=DAY).used == 801


def test_processes_miss_no_count(tmp_path: Path) -> None:
    path = tmp_path / "counters"
    command = [sys.executable, "-c", COUNT_IN_ANOTHER_PROCESS, str(path)]
    processes = [subprocess.Popen(command, cwd=Path(__file__).parents[2]) for _ in range(2)]
    assert [process.wait(timeout=60) for process in processes] == [0, 0]
    assert FileCounters(path).increment("shared", seconds=DAY).used == 1001


def test_when_it_is_full_the_window_that_ends_first_makes_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file, "OTHERS", 1)
    counting = FileCounters(tmp_path / "counters")
    for number in range(file.SLOTS):
        counting.increment(f"name_{number}", seconds=(number + 1) * DAY)
    assert counting.increment("late", seconds=100 * DAY).used == 1
    assert counting.increment("name_1", seconds=2 * DAY).used == 2
    assert counting.increment("name_0", seconds=DAY).used == 1


def test_no_flood_of_addresses_pushes_out_the_count_of_a_key(tmp_path: Path) -> None:
    counting = FileCounters(tmp_path / "counters")
    for _ in range(2):
        counting.increment("key:limited", seconds=DAY)
    for number in range(100_000):
        counting.increment(f"address:2001:db8::{number:x}", seconds=DAY)
    assert counting.increment("key:limited", seconds=DAY).used == 3


def test_keys_have_room_for_many(tmp_path: Path) -> None:
    counting = FileCounters(tmp_path / "counters")
    for number in range(20_000):
        counting.increment(f"key:{number}", seconds=DAY)
    kept = sum(counting.count(f"key:{number}", seconds=DAY).used for number in range(20_000))
    assert kept == 20_000


def test_a_file_of_the_version_before_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "counters"
    FileCounters(path)
    content = path.read_bytes()
    path.write_bytes(content.replace(b"counts.3", b"counts.2", 1)[: 1 << 20])
    counting = FileCounters(path)
    assert counting.increment("key:limited", seconds=DAY).used == 1
    assert path.stat().st_size == len(content)


def test_the_file_is_for_its_owner_alone_and_holds_no_name(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "counters"
    FileCounters(path).increment("address:192.0.2.7", seconds=60)
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"192.0.2.7" not in path.read_bytes()


def test_the_settings_choose(settings: Settings, tmp_path: Path) -> None:
    settings.ACCESS_KEYS_COUNTER_FILE = tmp_path / "counters"
    assert isinstance(get_counters(), FileCounters)
    settings.ACCESS_KEYS_COUNTER_CACHE = "default"
    assert isinstance(get_counters(), CacheCounters)
    backend = "django.core.cache.backends.redis.RedisCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "redis://127.0.0.1:1/0"}}
    assert isinstance(get_counters(), RedisCounters)


@pytest.mark.parametrize(
    ("text", "rate"),
    [("1/second", Rate(1, 1)), ("100/minute", Rate(100, 60)), ("9999999/hour", Rate(9999999, 3600))],
)
def test_a_rate(text: str, rate: Rate) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize(
    "text", ["", "0/second", "01/second", "1/day", "1 / second", "1/second\n", "10000000/hour", "-1/hour"]
)
def test_anything_else_is_no_rate(text: str) -> None:
    with pytest.raises(ValueError, match="such as 100/minute"):
        parse_rate(text)
