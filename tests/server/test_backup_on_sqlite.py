"""The backup of a file, taken while access keys are generated, and restored."""

from __future__ import annotations

import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.server.backups import documented, sh
from tests.server.load import load
from tests.server.servers import Site


class TestSQLite:
    @pytest.fixture
    def data(self, own_site: Site) -> Path:
        """Beside the folder of data, as it is beside ``manage.py``."""
        (own_site.folder / "data").mkdir()
        return own_site.folder / "data" / "identity_cloud.sqlite3"

    @pytest.fixture
    def site(self, own_site: Site, data: Path) -> Site:
        site = own_site.with_settings(DATABASE_URL=f"sqlite:///{data}")
        assert site.manage("migrate", "--verbosity", "0").returncode == 0
        return site

    def test_it_has_all_that_was_answered_and_cp_has_not(self, site: Site, data: Path) -> None:
        writer = site.key("writer", "--scope", "access_keys:write")
        copied = site.folder / "copied.sqlite3"
        with site.serve() as server, load(server.port, writer) as heard:
            lacks = False
            for _ in range(20):  # Right after a checkpoint, nothing is missing.
                time.sleep(0.2)
                before_copy = set(heard.generated)
                shutil.copy(data, copied)
                lacks = lacks or lacks_some(copied, before_copy)
            before_backup = set(heard.generated)
            sh(documented("VACUUM INTO"), site.folder)
        assert heard.answers.keys() == {200, 201}
        backup = site.folder / "backup.sqlite3"
        assert backup.stat().st_mode & 0o077 == 0
        assert is_whole(backup)
        assert names(backup) >= before_backup | {"writer"}
        assert lacks, "cp would do"
        restored = restore(site, data, backup)
        with restored.serve() as server:
            assert server.call("GET", "ping/", writer).status == 200
        assert restored.manage("show_access_key", "writer").stdout.strip() == writer


def names(database: Path) -> set[str]:
    with closing(sqlite3.connect(database)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM accesskeys_accesskey")}


def lacks_some(database: Path, wanted: set[str]) -> bool:
    try:
        return bool(wanted - names(database))
    except sqlite3.DatabaseError:  # Copied while it was written.
        return True


def is_whole(database: Path) -> bool:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def restore(site: Site, data: Path, backup: Path) -> Site:
    """With the server stopped: the file in its place, and nothing of the old one beside it."""
    for end in ("", "-wal", "-shm"):
        Path(f"{data}{end}").unlink(missing_ok=True)
    shutil.copy(backup, data)
    return site
