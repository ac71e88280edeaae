"""A backup of before a revoke, restored: the server refuses to start on it, until what was revoked is revoked again."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.disks import small_disk
from tests.server.servers import Server, Site


@pytest.fixture
def put_back(own_site: Site) -> Callable[[], Callable[[], None]]:
    """Take a backup, by the database's own means; what is returned puts it in the place of what is there."""
    address = own_site.environment["DATABASE_URL"]
    backup = own_site.folder / "backup"

    def of_postgresql() -> Callable[[], None]:
        run = {"check": True, "capture_output": True}
        subprocess.run(["pg_dump", "-Fc", f"--file={backup}", f"--dbname={address}"], **run)  # type: ignore[call-overload]
        restoring = [
            "pg_restore",
            "--clean",
            "--if-exists",
            "--single-transaction",
            f"--dbname={address}",
            backup,
        ]
        return lambda: subprocess.run(restoring, **run)  # type: ignore[call-overload, no-any-return]

    def of_sqlite() -> Callable[[], None]:
        file = Path(address.removeprefix("sqlite:///"))
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("VACUUM INTO ?", [str(backup)])

        def restore() -> None:
            for end in ("-wal", "-shm"):
                Path(f"{file}{end}").unlink(missing_ok=True)
            shutil.copy(backup, file)

        return restore

    return of_sqlite if address.startswith("sqlite") else of_postgresql


def last_line(site: Site) -> str:
    code, said = site.refuse_to_serve()
    assert code == 1, said
    return said.strip().splitlines()[-1]


def ping(server: Server, key: str) -> int:
    return server.call("GET", "ping/", key).status


def test_what_was_revoked_stays_revoked(own_site: Site, put_back: Callable[[], Callable[[], None]]) -> None:
    site = own_site.with_settings(REVOCATIONS_FILE=str(own_site.folder / "elsewhere" / "journal"))
    writer = site.key("writer", "--scope=access_keys:write")
    with site.serve() as server:
        made = {
            name: server.call("POST", "access-keys/", writer, name=name).json
            for name in ("gone", "bulk", "leaked", "rotated", "kept")
        }
        keys, ids = ({name: made[name][what] for name in made} for what in ("key", "id"))
        restore = put_back()
        assert server.call("DELETE", f"access-keys/{ids['gone']}/", writer).status == 204
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        body = f"token={keys['leaked']}".encode()
        assert server.ask("POST", "/oauth2/revoke/", headers=form, body=body).status == 200
        assert site.manage("revoke_access_keys", "--search=bulk", "--no-input").returncode == 0
        rotated = server.call("POST", f"access-keys/{ids['rotated']}/rotation/", writer, ends_in=0)
        assert [ping(server, key) for key in keys.values()] == [401, 401, 401, 401, 200]
    restore()
    assert last_line(site) == (
        "Not started: The database is older than what was done since: 3 access keys were revoked and 1 access key was "
        "given another key in the place of one that works here again, as the file of REVOCATIONS_FILE says. Run "
        "manage.py apply_revocations."
    )
    done = site.manage("apply_revocations")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Revoked again: 3. Suspended: 1.")
    with site.serve() as server:
        assert [ping(server, key) for key in keys.values()] == [401, 401, 401, 401, 200]
        assert ping(server, rotated.json["key"]) == 401


def test_a_journal_that_cannot_be_written_stops_the_start(site: Site, tmp_path: Path) -> None:
    (tmp_path / "a_file").touch()
    placed = site.with_settings(REVOCATIONS_FILE=f"{tmp_path}/a_file/revocations")
    line = last_line(placed)
    assert line.startswith("Not started: The file of REVOCATIONS_FILE cannot be written by the account ")
    assert str(tmp_path) not in line
    assert os.listdir(tmp_path) == ["a_file"]


def test_a_full_disk_prevents_no_revoke(own_site: Site, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        journal = disk.folder / "revocations"
        site = own_site.with_settings(REVOCATIONS_FILE=str(journal))
        writer = site.key("writer", "--scope=access_keys:write")
        with site.serve() as server:
            made = [
                server.call("POST", "access-keys/", writer, name=f"name_{number}").json for number in range(3)
            ]
            disk.fill()
            for each in made[:2]:
                assert server.call("DELETE", f"access-keys/{each['id']}/", writer).status == 204
                assert ping(server, each["key"]) == 401
            told = [line for line in server.log.read_text().splitlines() if "REVOCATIONS_FILE" in line]
            assert [" ERROR " in line and "accesskeys.journal: " in line for line in told] == [True]
            assert journal.read_bytes() == b""
            disk.free()
            assert server.call("DELETE", f"access-keys/{made[2]['id']}/", writer).status == 204
        assert [line.split()[2] for line in journal.read_text().splitlines()] == [each["id"] for each in made]
