"""No window holds longer than its own time, and none begins anew before, whatever the clock did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings
from time_machine import TimeMachineFixture

from accesskeys.core import steady
from accesskeys.core.exceptions import RateLimited
from accesskeys.verification import rate_limits
from accesskeys.verification.counters.file import FileCounters
from tests.conftest import SteadyClock

NOW = datetime(2026, 11, 28, 10, 0, 30, tzinfo=UTC)
MOVES = [timedelta(hours=-2), timedelta(seconds=-40), timedelta(seconds=40), timedelta(hours=2)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "counters"


@pytest.mark.parametrize("move", MOVES, ids=str)
@pytest.mark.usefixtures("own_counters")
def test_a_window_is_where_it_was_when_the_clock_has_moved(
    settings: Settings, time_machine: TimeMachineFixture, steady_clock: SteadyClock, move: timedelta
) -> None:
    settings.ACCESS_KEYS_BAD_KEY_LIMIT = "2/minute"
    time_machine.move_to(NOW, tick=False)
    for _ in range(2):
        rate_limits.count_bad_key("203.0.113.77")
    time_machine.shift(move)
    steady_clock.shift(29)
    with pytest.raises(RateLimited) as refusal:
        rate_limits.count_bad_key("203.0.113.77")
    assert refusal.value.retry_after == 1
    steady_clock.shift(1)
    rate_limits.count_bad_key("203.0.113.77")


@pytest.mark.parametrize("move", MOVES, ids=str)
def test_the_next_processes_and_the_next_windows_go_by_the_same_clock(
    path: Path, time_machine: TimeMachineFixture, steady_clock: SteadyClock, move: timedelta
) -> None:
    time_machine.move_to(NOW, tick=False)
    assert FileCounters(path).increment("a", seconds=60) == (1, 30)
    time_machine.shift(move)
    assert FileCounters(path).increment("a", seconds=60) == (2, 30)
    steady_clock.shift(31)
    assert FileCounters(path).increment("a", seconds=60) == (1, 59)


def test_another_start_of_the_machine_begins_the_file_anew(
    path: Path, time_machine: TimeMachineFixture, steady_clock: SteadyClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    time_machine.move_to(NOW, tick=False)
    FileCounters(path).increment("a", seconds=3600)
    monkeypatch.setattr(steady, "boot", lambda: "0b6ac6e1-5f34-4d4b-9a3e-3d3f4f0f5a77")
    steady_clock.now = 7
    assert FileCounters(path).increment("a", seconds=3600) == (1, 3570)
    assert FileCounters(path).increment("a", seconds=3600) == (2, 3570)


@pytest.mark.parametrize("size", [0, 1 << 20, 3 << 20])
def test_a_file_of_an_earlier_version_begins_anew(
    path: Path, time_machine: TimeMachineFixture, steady_clock: SteadyClock, size: int
) -> None:
    time_machine.move_to(NOW, tick=False)
    path.write_bytes(b"\xff" * size)
    assert FileCounters(path).increment("a", seconds=60) == (1, 30)
    assert FileCounters(path).increment("a", seconds=60) == (2, 30)


def test_where_something_else_is_written_no_window_is_longer_than_itself(
    path: Path, steady_clock: SteadyClock
) -> None:
    counting = FileCounters(path)
    counting.increment("a", seconds=3600)
    steady_clock.shift(-7200)  # Which no system does.
    count, seconds_left = counting.increment("a", seconds=3600)
    assert count == 1
    assert seconds_left <= 3600


def test_one_start_of_the_machine_is_known_from_another(tmp_path: Path) -> None:
    assert len(steady.boot()) == 36
    assert steady.boot(tmp_path / "no Linux") == ""
    assert steady.seconds() <= steady.seconds()
