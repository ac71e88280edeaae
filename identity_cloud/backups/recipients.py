"""Whom a backup is encrypted to, and who can open it: age's own notation."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyrage

from identity_cloud.backups.errors import BackupError, files_named


def recipients(texts: Iterable[str]) -> list[Any]:
    """These recipients. Raises ValueError, which quotes nothing: a secret may have been taken for one."""
    try:
        return [pyrage.x25519.Recipient.from_str(text) for text in texts]
    except pyrage.RecipientError:
        raise ValueError("A recipient is written age1…, as age-keygen prints it.") from None


def identities(file: Path) -> list[Any]:
    """The identities of a file as age-keygen writes it."""
    with files_named():
        content = file.read_bytes()
    lines = [line.strip() for line in content.decode("utf-8", "replace").splitlines()]
    try:
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except pyrage.IdentityError:
        found = []
    if not found:
        raise BackupError(
            "The identity file is none. It has a line AGE-SECRET-KEY-1…, as age-keygen writes it."
        )
    return found
