"""Open a backup, and hold what it holds against what it says."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from typing import Any

from identity_cloud.backups import archive, sqlite
from identity_cloud.backups.dump_counts import Counting, counting
from identity_cloud.backups.errors import files_named
from identity_cloud.backups.manifest import Manifest


def verify(path: Path, *, identities: list[Any], interrupted: Event) -> Manifest:
    """Read all of it, and change nothing. Raises BackupError where it is not whole."""
    with ExitStack() as ends, files_named():
        room = Path(ends.enter_context(tempfile.TemporaryDirectory()))
        copy: Any = None
        dump: Counting | None = None

        def receive(manifest: Manifest) -> archive.Writable:
            nonlocal copy, dump
            if manifest.vendor == sqlite.VENDOR:
                copy = ends.enter_context((room / "copy").open("wb"))
                return copy  # type: ignore[no-any-return]
            dump = ends.enter_context(counting())
            return dump

        manifest = archive.unpack(path, receive, identities=identities, interrupted=interrupted)
        if dump is not None:
            manifest.check_counts(dump.counts())
        else:
            copy.close()
            manifest.check(sqlite.manifest_of(room / "copy"))
    return manifest
