"""What is said where a backup is not made, not whole, or not to be restored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from identity_cloud.paths import unusable


class BackupError(Exception):
    """``str()`` is a sentence that says what is wrong, and what to do."""


@contextmanager
def files_named() -> Iterator[None]:
    """Within the block, a file that cannot be used is a BackupError that names it."""
    try:
        yield
    except OSError as error:
        sentence = unusable(error) if error.filename else f"It cannot be written: {error.strerror}."
        raise BackupError(sentence) from None
