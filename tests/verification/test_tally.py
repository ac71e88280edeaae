"""Sums over processes that live, that end and that are killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from accesskeys.verification.tally import CELLS, Tally
from tests.helpers import at_once

ROW_SIZE = CELLS * 8

COUNT_IN_ANOTHER_PROCESS = """
import django, sys
from pathlib import Path
django.setup()
from accesskeys.verification.tally import Tally
tally = Tally(lambda: Path(sys.argv[1]))
for _ in range(5000):
    tally.add(3)
tally.write_down()
tally.write_down()  # There is nothing more to write.
print("counted", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "counters.decisions"


def start(path: Path) -> subprocess.Popen[str]:
    """A process that counts 5,000, says so and stays."""
    return subprocess.Popen(
        [sys.executable, "-c", COUNT_IN_ANOTHER_PROCESS, str(path)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_until_counted(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "counted\n"


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate(timeout=30)


def test_each_cell_counts_for_itself(path: Path) -> None:
    tally = Tally(lambda: path)
    tally.add(0)
    tally.add(CELLS - 1)
    tally.add(CELLS - 1)
    assert tally.sums() == [1, *[0] * (CELLS - 2), 2]


@pytest.mark.django_db
def test_threads_miss_no_count(path: Path) -> None:
    tally = Tally(lambda: path)

    def count() -> None:
        for _ in range(2000):
            tally.add(5)

    at_once([count] * 4)
    assert tally.sums()[5] == 8000


def test_processes_that_count_at_once_add_up(path: Path) -> None:
    processes = [start(path) for _ in range(3)]
    for process in processes:
        wait_until_counted(process)
    tally = Tally(lambda: path)
    tally.add(3)
    tally.write_down()
    for process in processes:
        kill(process)
    assert tally.sums()[3] == 15001
    assert path.stat().st_size == 4 * ROW_SIZE


def test_the_numbers_outlive_a_killed_process_and_the_next_one_takes_its_row(path: Path) -> None:
    for _ in range(3):
        process = start(path)
        wait_until_counted(process)
        kill(process)
    assert path.stat().st_size == ROW_SIZE
    assert Tally(lambda: path).sums()[3] == 15000


def test_a_row_behind_one_that_came_free_keeps_its_numbers(path: Path) -> None:
    first = start(path)
    wait_until_counted(first)
    second = start(path)
    wait_until_counted(second)
    kill(first)
    tally = Tally(lambda: path)
    tally.add(3)
    tally.write_down()  # In the first row.
    assert tally.sums()[3] == 10001
    kill(second)
    assert path.stat().st_size == 2 * ROW_SIZE


def test_what_is_not_written_yet_is_in_the_sums_of_its_own_process(path: Path) -> None:
    tally, other = Tally(lambda: path), Tally(lambda: path)
    for expected in range(1, 4):
        tally.add(0)
        assert (tally.sums()[0], other.sums()[0]) == (expected, expected - 1)
        tally.write_down()
        assert (tally.sums()[0], other.sums()[0]) == (expected, expected)


def test_the_file_is_for_its_owner_alone(path: Path) -> None:
    Tally(lambda: path).sums()
    assert path.stat().st_mode & 0o777 == 0o600
