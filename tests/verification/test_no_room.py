"""Counting while there is no room for it, and afterwards."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from accesskeys.core import once
from accesskeys.core.exceptions import CountersUnavailable
from accesskeys.models import AccessKey
from accesskeys.verification import metrics, rate_limits
from accesskeys.verification.counters.file import FileCounters
from accesskeys.verification.tally import Tally
from tests.disks import Disk, small_disk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with small_disk(tmp_path / "disk") as mounted:
        yield mounted


@pytest.fixture
def in_a_file_that_is_no_folder(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    settings.ACCESS_KEYS_COUNTER_FILE = tmp_path / "folder" / "counters"
    (tmp_path / "folder").touch()
    metrics._begin()
    yield tmp_path / "folder"
    metrics._begin()


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_counters_that_find_no_room_say_so_and_keep_nothing_open(disk: Disk) -> None:
    disk.fill()
    before = open_files()
    for _ in range(3):
        with pytest.raises(OSError) as full:
            FileCounters(disk.folder / "counters")
        assert full.value.errno == errno.ENOSPC
    assert open_files() == before
    disk.free()
    assert FileCounters(disk.folder / "counters").increment("a", seconds=60).used == 1


def test_counters_take_all_their_room_at_once(disk: Disk) -> None:
    counting = FileCounters(disk.folder / "counters")
    disk.fill()
    for number in range(2000):
        assert counting.increment(f"name_{number}", seconds=3600).used == 1


def test_counters_that_were_cut_short_begin_anew_as_soon_as_there_is_room(disk: Disk) -> None:
    counting = FileCounters(disk.folder / "counters")
    counting.increment("a", seconds=3600)
    os.truncate(disk.folder / "counters", 0)
    disk.fill()
    with pytest.raises(OSError, match="No space left"):
        counting.increment("a", seconds=3600)
    assert counting.count("a", seconds=3600).used == 0
    disk.free()
    assert counting.increment("a", seconds=3600).used == 1
    assert counting.increment("a", seconds=3600).used == 2


def test_counters_are_no_device() -> None:
    with pytest.raises(OSError, match="it is no ordinary file"):
        FileCounters(Path("/dev/null"))


def test_limits_that_cannot_be_counted_are_told_once_a_minute(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ACCESS_KEYS_COUNTER_FILE = "/dev/null/counters"
    limited = AccessKey(rate_limit="9/hour")
    for _ in range(5):
        rate_limits.count_bad_key("203.0.113.77")
        with pytest.raises(CountersUnavailable):
            rate_limits.count_use(limited)
    (record,) = [record for record in caplog.records if record.name == "accesskeys.rate_limits"]
    assert record.getMessage().startswith("Rate limits cannot be counted: [Errno 17] File exists")
    assert record.exc_info is None


def test_a_tally_goes_on_in_memory(disk: Disk) -> None:
    tally = Tally(lambda: disk.folder / "decisions")
    disk.fill()
    for expected in range(1, 4):
        tally.add(7)
        with pytest.raises(OSError, match="No space left"):
            tally.write_down()
        assert tally.sums()[7] == expected
    disk.free()
    tally.write_down()
    assert Tally(lambda: disk.folder / "decisions").sums()[7] == 3


@pytest.mark.parametrize("size", [0, 5, 1029])
def test_a_tally_that_was_cut_short_loses_what_others_had_counted(tmp_path: Path, size: int) -> None:
    path = tmp_path / "decisions"
    tally = Tally(lambda: path)
    tally.add(127)
    tally.write_down()
    os.truncate(path, size)
    assert tally.sums() == [0] * 127 + [1]
    tally.add(127)
    tally.write_down()
    assert Tally(lambda: path).sums() == [0] * 127 + [2]


def test_a_failure_that_lasts_is_told_once_a_minute(
    in_a_file_that_is_no_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def count() -> None:
        with metrics.counting("gate"):
            pass
        metrics.write_down()

    for _ in range(5):
        count()
    assert len(caplog.messages) == 1
    for kind in once._told:
        once._told[kind] -= once.SECONDS
    for _ in range(5):
        count()
    assert len(caplog.messages) == 2
    assert not any(record.exc_info for record in caplog.records)
    in_a_file_that_is_no_folder.unlink()
    metrics.write_down()
    counted = metrics.sums()
    assert counted
    assert ("gate", "accepted", "", 10) in counted.decisions


def test_what_was_counted_is_written_down_every_second(settings: Settings, tmp_path: Path) -> None:
    settings.ACCESS_KEYS_COUNTER_FILE = tmp_path / "counters"
    metrics._begin()
    other = Tally(lambda: tmp_path / "counters.decisions")
    for expected in range(1, 3):
        with metrics.counting("api"):
            pass
        end = time.monotonic() + 10
        while other.sums()[0] < expected and time.monotonic() < end:
            time.sleep(0.05)
        assert other.sums()[0] == expected
    metrics._begin()
