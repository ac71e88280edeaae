"""What several of these tests ask in the same words."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pyrage
import pytest

from tests.identity_cloud.backups.conftest import Reader
from tests.management.helpers import refusal_of, run


def verify(file: Path, reader: Reader, *options: str) -> str:
    return run("backup", "--verify", str(file), f"--identity-file={reader.file}", *options)


def not_verified(file: Path, reader: Reader) -> str:
    return refusal_of("backup", "--verify", str(file), f"--identity-file={reader.file}")


def opened(file: Path, reader: Reader) -> tuple[dict[str, Any], bytes]:
    """By age itself: a backup can be read without this product."""
    if shutil.which("age") is None:
        pytest.skip("age is not installed. Install it (Debian: apt-get install age) and run again.")
    read = subprocess.run(["age", "-d", "-i", reader.file, file], capture_output=True, check=True)
    line, _, content = read.stdout.partition(b"\n")
    return json.loads(line), content


def packed(file: Path, reader: Reader, manifest: dict[str, Any], content: bytes) -> None:
    """A backup that somebody else has made."""
    text = json.dumps(manifest).encode() + b"\n" + content
    file.write_bytes(pyrage.encrypt(text, [pyrage.x25519.Recipient.from_str(reader.recipient)]))
