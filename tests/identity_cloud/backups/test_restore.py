"""What is not restored, and why; what is, is in ``tests/server``, where there are empty databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from accesskeys.core.keyring import get_keyring
from identity_cloud.backups import fitting, sqlite
from identity_cloud.backups.errors import BackupError
from identity_cloud.backups.manifest import Manifest
from tests.helpers import master_key
from tests.identity_cloud.backups.conftest import Reader
from tests.management.helpers import refusal_of, run

OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


def manifest(
    *, vendor: str = "", migrations: tuple[str, ...] = (), master_keys: dict[str, str] | None = None
) -> Manifest:
    """One that fits, except for what is said."""
    fingerprints = {key_id: each.fingerprint.hex() for key_id, each in get_keyring().master_keys.items()}
    return Manifest(
        vendor=vendor or connection.vendor,
        made_at="2026-11-29T00:00:00Z",
        version="",
        migrations=["accesskeys.0001_initial", *migrations],
        master_keys=fingerprints if master_keys is None else master_keys,
        newest_event=None,
        counts={},
    )


def refused(told: Manifest) -> str:
    with pytest.raises(BackupError) as refusal:
        fitting.check(told)
    return str(refusal.value)


def test_what_fits() -> None:
    fitting.check(manifest())
    fitting.check(manifest(master_keys={}))


def test_a_master_key_that_has_served_its_time_may_be_missing(settings: Settings) -> None:
    told = manifest()
    settings.ACCESS_KEYS_MASTER_KEYS += "," + master_key("k2")
    fitting.check(manifest(master_keys={**told.master_keys, "k0": "00"}))


def test_another_kind_of_database() -> None:
    vendor = connection.vendor
    assert refused(manifest(vendor=OTHER[vendor])) == (
        f"The backup is one of {OTHER[vendor]}, and DATABASE_URL names {vendor}. Name an empty database of "
        f"{OTHER[vendor]}."
    )


def test_a_later_version() -> None:
    assert refused(manifest(migrations=("accesskeys.9999_later",))) == (
        "The backup was made by a later version, which has the migration accesskeys.9999_later. Install that version."
    )


def test_master_keys_that_do_not_belong(settings: Settings) -> None:
    told = manifest()
    settings.ACCESS_KEYS_MASTER_KEYS = master_key("k1")
    assert refused(told) == (
        "The master key k1 in ACCESS_KEYS_MASTER_KEYS is not the one of this backup. Restore its value."
    )
    settings.ACCESS_KEYS_MASTER_KEYS = master_key("k2")
    assert refused(told) == "ACCESS_KEYS_MASTER_KEYS has none of the master keys of this backup: k1."
    settings.ACCESS_KEYS_MASTER_KEYS = ""
    assert "is empty" in refused(told)


@pytest.mark.django_db(transaction=True)
def test_a_database_with_something_in_it_is_left_alone(reader: Reader, tmp_path: Path) -> None:
    file = tmp_path / "backup.age"
    run("backup", str(file), f"--recipient={reader.recipient}")
    sentence = refusal_of("restore", str(file), f"--identity-file={reader.file}")
    assert sentence.startswith("The database of DATABASE_URL is not empty: it has ")
    assert sentence.endswith(" tables. Name an empty one.")


def test_a_file_that_is_no_database_is_in_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = tmp_path / "notes"
    monkeypatch.setattr(sqlite, "file", lambda: there)
    assert sqlite.what_is_there() == ""
    there.touch()
    assert sqlite.what_is_there() == ""
    there.write_text("Not to be lost. " * 100)
    assert sqlite.what_is_there() == "something that is no SQLite database"
