"""Where the journal is follows from where the database or the counters are, and that is told to nobody."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from identity_cloud.readiness import check_journal
from identity_cloud.settings.database import folder_of


def refused(file: Path, settings: Settings) -> str:
    settings.ACCESS_KEYS_REVOCATIONS_FILE = file
    with pytest.raises(ImproperlyConfigured) as refusal:
        check_journal()
    return str(refusal.value)


def test_a_place_that_somebody_has_set_is_not_told(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "a_file").touch()
    sentence = refused(tmp_path / "a_file" / "revocations", settings)
    assert sentence.startswith("The file of REVOCATIONS_FILE cannot be written by the account ")
    assert str(tmp_path) not in sentence


def test_the_place_of_the_default_is_no_secret(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", "COUNTER_FILE", "REVOCATIONS_FILE"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "revocations"
    file.mkdir()
    assert refused(file, settings).startswith(f"{file} cannot be written by the account ")


def test_one_that_is_not_there_is_made_for_its_owner_alone(settings: Settings, tmp_path: Path) -> None:
    file = settings.ACCESS_KEYS_REVOCATIONS_FILE = tmp_path / "new" / "revocations"
    check_journal()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("engine", "name", "folder"),
    [
        ("django.db.backends.sqlite3", "/srv/data/x.sqlite3", Path("/srv/data")),
        ("django.db.backends.sqlite3", "x.sqlite3", Path.cwd()),
        ("django.db.backends.sqlite3", ":memory:", None),
        ("django.db.backends.postgresql", "x", None),
    ],
)
def test_beside_the_file_of_the_database(engine: str, name: str, folder: Path | None) -> None:
    assert folder_of({"ENGINE": engine, "NAME": name}) == folder
