"""The file of a backup: encrypted with age, a line of manifest, and behind it what the database's own means wrote.

Nothing of it is ever whole in memory, and no half of it ever has the name that was asked for.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any, Protocol

import pyrage

from accesskeys.core import folders
from identity_cloud.backups.errors import BackupError, files_named
from identity_cloud.backups.manifest import Manifest

MOST_BYTES = 1 << 20  # of a manifest
PIECE = 1 << 16


class Readable(Protocol):
    """Where the content comes from."""

    def read(self, size: int, /) -> bytes: ...


class Writable(Protocol):
    """Where the content goes."""

    def write(self, data: bytes, /) -> object: ...


@contextmanager
def new_file(path: Path) -> Iterator[Any]:
    """A file that has its name once the block is left, whole and on the disk. One that is there stays as it is."""
    with files_named():
        if os.path.lexists(path):
            raise BackupError(f"{path} is there already, and was left alone. Choose another name.")
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent)
        try:
            with open(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(name, path)  # Unlike a rename, it replaces nothing.
            except FileExistsError:
                raise BackupError(
                    f"{path} is there already, and was left alone. Choose another name."
                ) from None
        finally:
            os.unlink(name)
        folders.sync(path.parent)


def pack(
    file: Writable, manifest: Manifest, content: Readable, *, recipients: list[Any], interrupted: Event
) -> None:
    """Write the content, encrypted."""
    source = _Source(manifest.line(), content, interrupted)
    try:
        pyrage.encrypt_io(source, file, recipients)
    except pyrage.EncryptError:
        raise source.failure or BackupError("The backup cannot be encrypted.") from None


def unpack(
    path: Path, receive: Callable[[Manifest], Writable], *, identities: list[Any], interrupted: Event
) -> Manifest:
    """Hand the content to whatever ``receive`` returns for its manifest. Raises BackupError where it is not whole."""
    sink = _Sink(receive, interrupted)
    with files_named(), path.open("rb") as file:
        try:
            pyrage.decrypt_io(file, sink, identities)
        except pyrage.DecryptError as error:
            if "No matching keys" in str(error):
                raise BackupError(
                    "The backup is for another identity than those of the identity file."
                ) from None
            raise BackupError("The file is no backup, or it is damaged.") from None
        except OSError as error:
            if sink.failure is None and error.errno is None:
                raise BackupError("The backup is damaged, or its end is missing.") from None
            raise sink.failure or error from None
    if sink.manifest is None:
        raise BackupError("The file is no backup of this product.")
    return sink.manifest


class _Source:
    """What is to be encrypted. Through pyrage comes no exception of ours, so it is kept here."""

    def __init__(self, head: bytes, content: Readable, interrupted: Event) -> None:
        self._head = head
        self._content = content
        self._interrupted = interrupted
        self.failure: Exception | None = None

    def read(self, size: int = PIECE) -> bytes:
        try:
            if self._interrupted.is_set():
                raise BackupError("Interrupted. No backup was made.")
            head, self._head = self._head[:size], self._head[size:]
            return head or self._content.read(size)
        except Exception as failure:
            self.failure = failure
            raise


class _Sink:
    """Where the decrypted goes: the first line to the manifest, all the rest on."""

    def __init__(self, receive: Callable[[Manifest], Writable], interrupted: Event) -> None:
        self._receive = receive
        self._interrupted = interrupted
        self._head = b""
        self._content: Writable | None = None
        self.manifest: Manifest | None = None
        self.failure: Exception | None = None

    def write(self, data: bytes) -> int:
        try:
            if self._interrupted.is_set():
                raise BackupError("Interrupted.")
            if self._content is None:
                self._begin(data)
            else:
                self._content.write(data)
        except Exception as failure:
            self.failure = failure
            raise
        return len(data)

    def flush(self) -> None:
        """Whoever receives it does so."""

    def _begin(self, data: bytes) -> None:
        self._head += data
        line, newline, rest = self._head.partition(b"\n")
        if newline:
            self.manifest = Manifest.read(line)
            self._content = self._receive(self.manifest)
            self._content.write(rest)
        elif len(line) > MOST_BYTES:
            raise BackupError("The file is no backup of this product.")
