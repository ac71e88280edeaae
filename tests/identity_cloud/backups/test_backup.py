"""Backups: made while others write, encrypted, whole or not there, and held against what they say."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyrage
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from pytest_django import Settings

from accesskeys.core.keyring import get_keyring
from accesskeys.models import AccessKey, AuditEvent
from identity_cloud import backups
from identity_cloud.backups import archive, programs
from identity_cloud.backups.errors import BackupError
from tests.disks import small_disk
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import holds_part_of
from tests.identity_cloud.backups.conftest import Reader, new_reader
from tests.identity_cloud.backups.helpers import not_verified, opened, verify
from tests.management.helpers import refusal_of, run

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_says_what_is_in_it(made: Path, reader: Reader) -> None:
    manifest, content = opened(made, reader)
    newest = AuditEvent.objects.latest("id")
    assert manifest["vendor"] == connection.vendor
    assert manifest["counts"]["accesskeys_accesskey"] == 3
    assert manifest["newest_event"]["id"] == newest.pk
    assert datetime.fromisoformat(manifest["newest_event"]["at"]) == newest.at
    assert manifest["master_keys"] == {
        key_id: master_key.fingerprint.hex() for key_id, master_key in get_keyring().master_keys.items()
    }
    assert "accesskeys.0001_initial" in manifest["migrations"]
    assert content.startswith(b"SQLite format 3\0" if connection.vendor == "sqlite" else b"PGDMP")
    told = verify(made, reader)
    assert (
        told
        == f"Whole: made at {manifest['made_at']}, access keys 3, audit events {AuditEvent.objects.count()}.\n"
    )
    assert json.loads(verify(made, reader, "--json")) == manifest


def test_only_its_owner_reads_the_file_and_nothing_is_left_beside(made: Path, reader: Reader) -> None:
    assert made.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in made.parent.iterdir()} == {"backup.age", "data", "reader.txt"}
    assert not list(Path(connection.settings_dict["NAME"]).parent.glob(".backup-*"))


def test_no_key_and_no_name_can_be_read_without_the_identity(file: Path, reader: Reader) -> None:
    access_key = AccessKeyFactory(name="billing_of_somebody")
    run("backup", str(file), f"--recipient={reader.recipient}")
    assert b"billing_of_somebody" not in file.read_bytes()
    manifest, content = opened(file, reader)
    assert not holds_part_of(key_of(access_key), json.dumps(manifest))
    assert not holds_part_of(key_of(access_key), content)


def test_each_of_several_recipients_opens_it(file: Path, tmp_path: Path, settings: Settings) -> None:
    readers = [new_reader(tmp_path, name) for name in ("one", "two")]
    settings.BACKUP_RECIPIENTS = [reader.recipient for reader in readers]
    run("backup", str(file))
    for reader in readers:
        assert verify(file, reader).startswith("Whole: ")


def test_a_recipient_that_is_named_is_in_place_of_the_setting(
    file: Path, tmp_path: Path, reader: Reader, settings: Settings
) -> None:
    other = new_reader(tmp_path, "other")
    settings.BACKUP_RECIPIENTS = [other.recipient]
    run("backup", str(file), f"--recipient={reader.recipient}")
    assert verify(file, reader).startswith("Whole: ")
    assert not_verified(file, other) == "The backup is for another identity than those of the identity file."


def test_without_a_recipient_nothing_is_written(file: Path, settings: Settings) -> None:
    settings.BACKUP_RECIPIENTS = []
    assert refusal_of("backup", str(file)) == (
        "Nobody could open the backup: name a recipient by --recipient age1… or in BACKUP_RECIPIENTS. age-keygen "
        "makes one."
    )
    assert not file.exists()


def test_a_secret_in_the_place_of_a_recipient_is_not_shown(file: Path) -> None:
    secret = str(pyrage.x25519.Identity.generate())
    sentence = refusal_of("backup", str(file), f"--recipient={secret}")
    assert sentence == "A recipient is written age1…, as age-keygen prints it."


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--verify"], "Name who opens it by --identity-file."),
        (["--identity-file=x"], "--identity-file is for --verify."),
        (["--verify", "--recipient=age1x"], "--recipient is for a new backup."),
    ],
)
def test_options_that_do_not_go_together(file: Path, options: list[str], sentence: str) -> None:
    assert refusal_of("backup", str(file), *options) == sentence


def test_a_file_that_is_there_is_left_alone(made: Path, reader: Reader) -> None:
    before = made.read_bytes()
    sentence = refusal_of("backup", str(made), f"--recipient={reader.recipient}")
    assert sentence == f"{made} is there already, and was left alone. Choose another name."
    assert made.read_bytes() == before


def test_one_that_appears_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x"
    block = ExitStack()
    block.enter_context(archive.new_file(path)).write(b"ours")
    path.write_bytes(b"theirs")
    with pytest.raises(BackupError, match="is there already"):
        block.close()
    assert path.read_bytes() == b"theirs"
    assert {each.name for each in tmp_path.iterdir()} == {"x", "data"}


def test_a_folder_that_is_not_there(tmp_path: Path, reader: Reader) -> None:
    sentence = refusal_of("backup", str(tmp_path / "nowhere" / "x.age"), f"--recipient={reader.recipient}")
    assert sentence.startswith(f"{tmp_path}/nowhere/")
    assert sentence.endswith("No such file or directory.")


def test_a_full_disk_leaves_nothing(tmp_path: Path, reader: Reader) -> None:
    with small_disk(tmp_path / "disk") as disk:
        disk.fill()
        sentence = refusal_of("backup", str(disk.folder / "x.age"), f"--recipient={reader.recipient}")
        assert sentence == "It cannot be written: No space left on device."
        assert [path.name for path in disk.folder.iterdir()] == ["ballast"]


def test_the_newest_is_remembered(made: Path, settings: Settings) -> None:
    moment = backups.newest()
    assert moment is not None
    assert timedelta(0) <= datetime.now(UTC) - moment < timedelta(minutes=1)
    beside = Path(settings.ACCESS_KEYS_REVOCATIONS_FILE).with_name("newest_backup")
    beside.write_text("yesterday")
    assert backups.newest() is None
    beside.unlink()
    assert backups.newest() is None


def test_one_that_failed_is_not(tmp_path: Path) -> None:
    refusal_of("backup", str(tmp_path / "x"), "--recipient=age1")
    assert backups.newest() is None


def test_one_that_cannot_be_noted_is_a_backup(file: Path, reader: Reader, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "data")
    run("backup", str(file), f"--recipient={reader.recipient}")
    assert verify(file, reader).startswith("Whole: ")
    assert backups.newest() is None


def test_json(file: Path, reader: Reader) -> None:
    AccessKeyFactory()
    said = json.loads(run("backup", str(file), f"--recipient={reader.recipient}", "--json"))
    assert said["counts"]["accesskeys_accesskey"] == AccessKey.objects.count() == 1


def test_a_program_that_is_not_installed(
    file: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(programs, "INSTALLED", f"{tmp_path}/*/")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        BackupError, match=r"^pg_dump is not installed\. Install PostgreSQL's client programs"
    ):
        programs._path("pg_dump")
    for version in ("9", "10"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "pg_dump").touch()
    assert programs._path("pg_dump") == f"{tmp_path}/10/pg_dump"


def test_an_interruption_leaves_nothing(file: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    AccessKeyFactory()
    new_file = archive.new_file

    def interrupting(path: Path) -> Any:
        os.kill(os.getpid(), 15)
        return new_file(path)

    monkeypatch.setattr(archive, "new_file", interrupting)
    with pytest.raises(CommandError, match=r"^Interrupted\. No backup was made\.$"):
        call_command("backup", str(file), f"--recipient={reader.recipient}")
    assert {path.name for path in file.parent.iterdir()} == {"data", "reader.txt"}
