"""What is not whole, or says of itself what it is not, is no backup."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event

import pyrage
import pytest

from identity_cloud.backups import archive
from identity_cloud.backups.errors import BackupError
from identity_cloud.backups.manifest import Manifest
from identity_cloud.backups.recipients import identities
from identity_cloud.backups.verify import verify as verify_file
from tests.identity_cloud.backups.conftest import Reader
from tests.identity_cloud.backups.helpers import not_verified, opened, packed
from tests.management.helpers import refusal_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda data: data[:-1], "The backup is damaged, or its end is missing."),
        (lambda data: data[: len(data) // 2], "The backup is damaged, or its end is missing."),
        (
            lambda data: data[:1000] + bytes([data[1000] ^ 1]) + data[1001:],
            "The backup is damaged, or its end is missing.",
        ),
        (lambda data: data[:30], "The file is no backup, or it is damaged."),
        (lambda data: b"hello", "The file is no backup, or it is damaged."),
        (lambda data: b"", "The file is no backup, or it is damaged."),
    ],
)
def test_a_damaged_file(made: Path, reader: Reader, damage: Callable[[bytes], bytes], sentence: str) -> None:
    made.write_bytes(damage(made.read_bytes()))
    assert not_verified(made, reader) == sentence


@pytest.mark.parametrize("text", ["", "AGE-SECRET-KEY-1NONE", "# a comment"])
def test_a_file_without_an_identity(made: Path, reader: Reader, text: str) -> None:
    reader.file.write_text(text)
    assert not_verified(made, reader) == (
        "The identity file is none. It has a line AGE-SECRET-KEY-1…, as age-keygen writes it."
    )


def test_files_that_are_not_there(file: Path, made: Path, reader: Reader, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    for asked in (
        ("--verify", str(nowhere), f"--identity-file={reader.file}"),
        ("--verify", str(made), f"--identity-file={nowhere}"),
    ):
        assert refusal_of("backup", *asked).startswith(f"{nowhere} cannot be used by the account ")


def test_a_manifest_that_says_something_else(made: Path, reader: Reader) -> None:
    manifest, content = opened(made, reader)
    manifest["counts"]["accesskeys_accesskey"] = 4
    packed(made, reader, manifest, content)
    assert not_verified(made, reader) == (
        "The backup is not what its manifest says: accesskeys_accesskey has 3 rows and had 4."
    )


def test_content_that_is_cut_off_before_it_was_encrypted(made: Path, reader: Reader) -> None:
    manifest, content = opened(made, reader)
    for cut in (b"", content[: len(content) // 2], b"x" * 200_000):
        packed(made, reader, manifest, cut)
        assert not_verified(made, reader)


@pytest.mark.parametrize("line", ["{}", "[]", "no JSON", '{"format": 1}'])
def test_something_else_that_was_encrypted(file: Path, reader: Reader, line: str) -> None:
    to = [pyrage.x25519.Recipient.from_str(reader.recipient)]
    for text in (line, f"{line}\nrest", "x" * (archive.MOST_BYTES + 1000)):
        file.write_bytes(pyrage.encrypt(text.encode(), to))
        assert not_verified(file, reader) == "The file is no backup of this product."


def test_another_format(made: Path, reader: Reader) -> None:
    manifest, content = opened(made, reader)
    packed(made, reader, manifest | {"format": 2}, content)
    assert not_verified(made, reader) == (
        "The backup has format 2; this version reads 1. Use the version that made it."
    )


def test_a_manifest_goes_there_and_back() -> None:
    manifest = Manifest("sqlite", "2026-11-29T00:00:00Z", "", ["a.0001"], {"k1": "00"}, None, {"t": 1})
    assert Manifest.read(manifest.line().strip()) == manifest


def test_an_interruption(made: Path, reader: Reader) -> None:
    interrupted = Event()
    interrupted.set()
    with pytest.raises(BackupError, match=r"^Interrupted\.$"):
        verify_file(made, identities=identities(reader.file), interrupted=interrupted)
