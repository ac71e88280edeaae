"""The backups that docs/deployment.md describes, taken while access keys are generated, and restored."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.server.load import load
from tests.server.servers import ROOT, Site

DEPLOYMENT = (ROOT / "docs" / "deployment.md").read_text()
ON_POSTGRESQL = "TEST_DATABASE_URL" in os.environ


def documented(word: str) -> str:
    """The command of the documentation that has this word in it."""
    blocks = re.findall(r"```sh\n(.*?)```", DEPLOYMENT, re.DOTALL)
    [command] = [block for block in blocks if word in block]
    return command


def sh(command: str, folder: Path) -> None:
    """Run it in a folder, as it is written, with the Python that has everything."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    subprocess.run(["bash", "-ec", command], cwd=folder, env=os.environ | {"PATH": path}, check=True)


@pytest.mark.skipif(ON_POSTGRESQL, reason="The file of SQLite.")
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
            time.sleep(1)
            before_copy = set(heard.generated)
            shutil.copy(data, copied)
            before_backup = set(heard.generated)
            sh(documented("VACUUM INTO"), site.folder)
        assert heard.answers.keys() == {200, 201}
        backup = site.folder / "backup.sqlite3"
        assert backup.stat().st_mode & 0o077 == 0
        assert names(backup) >= before_backup | {"writer"}
        assert before_copy - names(copied), "cp would do"
        restored = restore(site, data, backup)
        with restored.serve() as server:
            assert server.call("GET", "ping/", writer).status == 200
        assert restored.manage("show_access_key", "writer").stdout.strip() == writer


def names(database: Path) -> set[str]:
    connection = sqlite3.connect(database)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return {name for (name,) in connection.execute("SELECT name FROM accesskeys_accesskey")}
    finally:
        connection.close()


def restore(site: Site, data: Path, backup: Path) -> Site:
    """With the server stopped: the file in its place, and nothing of the old one beside it."""
    for end in ("", "-wal", "-shm"):
        Path(f"{data}{end}").unlink(missing_ok=True)
    shutil.copy(backup, data)
    return site


@pytest.mark.skipif(not ON_POSTGRESQL, reason="Runs on PostgreSQL: -p tests.postgres")
def test_postgresql(own_site: Site) -> None:
    if shutil.which("pg_dump") is None:
        pytest.skip(
            "pg_dump is not installed. Install it (Debian: apt-get install postgresql-client) and run again."
        )
    writer = own_site.key("writer", "--scope", "access_keys:write")
    address = own_site.environment["DATABASE_URL"]
    with own_site.serve() as server, load(server.port, writer) as heard:
        time.sleep(1)
        before = set(heard.generated)
        sh(documented("pg_dump").replace("--dbname=identity_cloud", f"--dbname='{address}'"), own_site.folder)
    assert heard.answers.keys() == {200, 201}
    assert before
    [dump] = own_site.folder.glob("identity_cloud-*.dump")
    restoring = documented("pg_restore").replace("--dbname=identity_cloud", f"--dbname='{address}'")
    sh(restoring.replace("identity_cloud-….dump", dump.name), own_site.folder)
    listed = set(own_site.manage("list_access_keys").stdout.split())
    assert before <= listed
    assert own_site.manage("show_access_key", "writer").stdout.strip() == writer
