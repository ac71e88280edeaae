"""The journal: what was written down is read again, whatever happened to the file meanwhile."""

from __future__ import annotations

import errno
import logging
import multiprocessing
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pytest_django import Settings

from accesskeys.core import journal
from accesskeys.core.journal import Journal
from tests.disks import small_disk

MADE_AT = datetime(2026, 11, 1, 12, 30, 0, 123, tzinfo=UTC)


@pytest.fixture
def file(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    settings.ACCESS_KEYS_REVOCATIONS_FILE = tmp_path / "revocations"
    yield tmp_path / "revocations"
    Journal.owed.clear()


def revoke(*access_key_ids: UUID) -> None:
    Journal.write(map(journal.revoked, access_key_ids))


def texts(*access_key_ids: UUID) -> set[str]:
    return set(map(str, access_key_ids))


def _write_many(ids: list[UUID]) -> None:
    for access_key_id in ids:
        revoke(access_key_id)


def test_what_is_written_is_read(file: Path) -> None:
    gone, rotated = uuid4(), uuid4()
    revoke(gone)
    Journal.write([journal.ended(rotated, MADE_AT)])
    told = journal.read()
    assert (told.access_keys, told.keys, told.unreadable) == (
        {str(gone)},
        {str(rotated): {"2026-11-01T12:30:00.000123Z"}},
        0,
    )
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_line_has_a_time_and_an_id_and_nothing_else(file: Path) -> None:
    gone = uuid4()
    revoke(gone)
    at, what, access_key_id = file.read_text().rstrip("\n").split(" ")
    assert (what, access_key_id) == ("revoked", str(gone))
    assert abs((datetime.fromisoformat(at) - datetime.now(UTC)).total_seconds()) < 60


def test_without_a_journal_nothing_is_written(settings: Settings, tmp_path: Path) -> None:
    for none in (None, ""):
        settings.ACCESS_KEYS_REVOCATIONS_FILE = none
        revoke(uuid4())
        assert journal.read() == journal.Ended()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("cut", range(1, 40, 6))
def test_a_line_that_was_cut_off_costs_no_other(file: Path, cut: int) -> None:
    before, lost, after = uuid4(), uuid4(), uuid4()
    revoke(before)
    revoke(lost)
    file.write_bytes(file.read_bytes()[:-cut])
    revoke(after)
    told = journal.read()
    assert told.access_keys - {str(lost)} == texts(before, after)
    assert told.unreadable == (1 if cut > 1 else 0)


@pytest.mark.parametrize(
    "line",
    [
        "x",
        "revoked",
        f"now revoked {'-' * 36}",
        f"now ended {UUID(int=1)} noon",
        f"now gone {UUID(int=1)}",
        "ä",
    ],
)
def test_what_is_no_line_is_counted_and_read_over(file: Path, line: str) -> None:
    first, last = uuid4(), uuid4()
    revoke(first)
    with file.open("a") as text:
        text.write(f"{line}\n")
    revoke(last)
    told = journal.read()
    assert (told.access_keys, told.keys, told.unreadable) == (texts(first, last), {}, 1)


def test_a_file_that_was_turned_over_is_read_as_well(file: Path) -> None:
    gone = [uuid4() for _ in range(3)]
    revoke(gone[0])
    file.rename(file.with_name("revocations.2"))
    revoke(gone[1])
    file.rename(file.with_name("revocations.1"))
    assert journal.read().access_keys == texts(*gone[:2])
    revoke(gone[2])
    file.with_name("revocations.old").write_text(journal.revoked(uuid4()))
    assert journal.read().access_keys == texts(*gone)


def test_threads_write_beside_each_other(file: Path) -> None:
    gone = [[uuid4() for _ in range(20)] for _ in range(6)]
    threads = [threading.Thread(target=_write_many, args=(ids,)) for ids in gone]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    told = journal.read()
    assert (told.access_keys, told.unreadable) == ({str(each) for ids in gone for each in ids}, 0)


def test_processes_write_beside_each_other(file: Path) -> None:
    gone = [[uuid4() for _ in range(50)] for _ in range(4)]
    processes = [multiprocessing.get_context("fork").Process(target=_write_many, args=(ids,)) for ids in gone]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)
    told = journal.read()
    assert (told.access_keys, told.unreadable) == ({str(each) for ids in gone for each in ids}, 0)


def test_a_full_disk_is_told_once_and_made_up_for(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first, *unwritten, last = (uuid4() for _ in range(8))
    with small_disk(tmp_path / "disk") as disk:
        settings.ACCESS_KEYS_REVOCATIONS_FILE = disk.folder / "revocations"
        revoke(first)
        disk.fill()
        with (disk.folder / "revocations").open("ab", buffering=0) as file, suppress(OSError):
            while file.write(b"x"):  # To the end of its last page.
                pass
        for access_key_id in unwritten:
            revoke(access_key_id)
        assert journal.read().access_keys == texts(first)
        [error] = [record for record in caplog.records if record.levelno == logging.ERROR]
        assert error.getMessage().startswith(
            "The file of REVOCATIONS_FILE cannot be written: No space left on device. What is revoked stays revoked"
        )
        disk.free()
        revoke(last)
        assert journal.read().access_keys == texts(first, *unwritten, last)
    Journal.owed.clear()


def test_a_folder_that_is_missing_is_made_for_the_start(tmp_path: Path) -> None:
    journal.check_writable(tmp_path / "new" / "revocations")
    assert (tmp_path / "new" / "revocations").read_bytes() == b""
    with pytest.raises(OSError) as refusal:
        journal.check_writable(Path("/proc/new/revocations"))
    assert refusal.value.errno == errno.ENOENT
