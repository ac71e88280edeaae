"""Counting that is right across threads and processes, in the mapped file and in a cache."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.cache import caches
from pytest_django import Settings

from accesskeys.core.rates import Rate, parse_rate
from accesskeys.verification import counters
from accesskeys.verification.counters import CacheCounters, Counters, MappedCounters, get_counters
from tests.helpers import at_once

UNTIL = int(time.time()) + 3600

COUNT_IN_ANOTHER_PROCESS = """
import django, sys
from pathlib import Path
django.setup()
from accesskeys.verification.counters import MappedCounters
counters = MappedCounters(Path(sys.argv[1]))
for _ in range(500):
    counters.increment("shared", until=int(sys.argv[2]))
"""


@pytest.fixture(params=["mapped", "cache"])
def counting(request: pytest.FixtureRequest, tmp_path: Path, settings: Settings) -> Counters:
    if request.param == "mapped":
        return MappedCounters(tmp_path / "counters")
    settings.CACHES = {"counting": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    caches["counting"].clear()
    return CacheCounters("counting")


def test_each_name_and_each_window_counts_for_itself(counting: Counters) -> None:
    assert counting.count("a", until=UNTIL) == 0
    assert [counting.increment("a", until=UNTIL) for _ in range(3)] == [1, 2, 3]
    assert [counting.count("a", until=UNTIL) for _ in range(2)] == [3, 3]
    assert counting.increment("b", until=UNTIL) == 1
    assert counting.increment("a", until=UNTIL + 60) == 1


def test_an_entry_that_the_cache_dropped_in_between_begins_anew(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CACHES = {"counting": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    assert CacheCounters("counting").increment("a", until=UNTIL) == 1


@pytest.mark.django_db
def test_threads_miss_no_count(tmp_path: Path) -> None:
    counting = MappedCounters(tmp_path / "counters")

    def count() -> None:
        for _ in range(200):
            counting.increment("shared", until=UNTIL)

    at_once([count] * 4)
    assert counting.increment("shared", until=UNTIL) == 801


def test_processes_miss_no_count(tmp_path: Path) -> None:
    path = tmp_path / "counters"
    command = [sys.executable, "-c", COUNT_IN_ANOTHER_PROCESS, str(path), str(UNTIL)]
    processes = [subprocess.Popen(command, cwd=Path(__file__).parents[2]) for _ in range(2)]
    assert [process.wait(timeout=60) for process in processes] == [0, 0]
    assert MappedCounters(path).increment("shared", until=UNTIL) == 1001


def test_when_it_is_full_the_window_that_ends_first_makes_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counters, "SLOTS", counters.PROBES)
    counting = MappedCounters(tmp_path / "counters")
    for number in range(counters.PROBES):
        counting.increment(f"name_{number}", until=UNTIL + number)
    assert counting.increment("late", until=UNTIL + 100) == 1
    assert counting.increment("name_1", until=UNTIL + 1) == 2
    assert counting.increment("name_0", until=UNTIL) == 1


def test_the_file_is_for_its_owner_alone_and_holds_no_name(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "counters"
    MappedCounters(path).increment("address:192.0.2.7", until=UNTIL)
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"192.0.2.7" not in path.read_bytes()


def test_the_settings_choose(settings: Settings, tmp_path: Path) -> None:
    settings.ACCESS_KEYS_COUNTER_FILE = tmp_path / "counters"
    assert isinstance(get_counters(), MappedCounters)
    settings.ACCESS_KEYS_COUNTER_CACHE = "default"
    assert isinstance(get_counters(), CacheCounters)


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
