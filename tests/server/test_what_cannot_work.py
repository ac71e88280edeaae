"""What the settings name is tried before anything is served: what cannot work stops the start with a sentence."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from pwd import getpwuid

import pytest

from tests.server.servers import ROOT, Site

# Root may write everywhere, unless it gives that up.
WITHOUT_PRIVILEGES = () if os.geteuid() else ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
ACCOUNT = getpwuid(os.geteuid()).pw_name


def last_line(site: Site) -> str:
    """How a server ends that must not start."""
    code, said = site.with_settings(LOG_LEVEL="INFO").refuse_to_serve()
    assert code == 1, said
    assert "Traceback" not in said
    assert "Identity Cloud is on" not in said
    assert "hunter2" not in said
    return said.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"COUNTER_FILE": "{place}/a_file/counters"}, "The file of COUNTER_FILE cannot be written"),
        ({"COUNTER_FILE": "{place}"}, "The file of COUNTER_FILE cannot be written"),
        ({"COUNTER_FILE": "/dev/full"}, "The file of COUNTER_FILE cannot be written"),
        ({"COUNTER_FILE": "/proc/hunter2/counters"}, "The file of COUNTER_FILE cannot be written"),
        ({"CACHE_URL": "filecache://{place}/a_file/cache"}, "The folder of CACHE_URL cannot be written"),
        ({"CACHE_URL": "filecache:///proc/hunter2"}, "The folder of CACHE_URL cannot be written"),
        (
            {"STATIC_ROOT": "{place}/hunter2"},
            "The static files are not collected. Run manage.py collectstatic",
        ),
    ],
)
def test_files_that_cannot_be_used(
    site: Site, tmp_path: Path, changes: dict[str, str | None], sentence: str
) -> None:
    (tmp_path / "a_file").touch()
    placed = {name: value and value.replace("{place}", str(tmp_path)) for name, value in changes.items()}
    line = last_line(site.with_settings(**placed))
    assert line.startswith(f"Not started: {sentence}")
    assert str(tmp_path) not in line


def test_one_migration_that_is_missing_is_enough(own_site: Site) -> None:
    assert own_site.manage("migrate", "accesskeys", "0004", "--verbosity", "0").returncode == 0
    assert last_line(own_site) == "Not started: The database is not migrated. Run manage.py prepare."
    assert own_site.manage("prepare").returncode == 0
    with own_site.serve() as server:
        assert server.ask("GET", "/accounts/login/").status == 200


def test_a_database_that_is_none(site: Site, tmp_path: Path) -> None:
    (tmp_path / "hunter2.sqlite3").write_text("no database" * 100)
    for path in (tmp_path / "hunter2.sqlite3", tmp_path):
        other = site.with_settings(DATABASE_URL=f"sqlite:///{path}", LOG_LEVEL="INFO")
        line = last_line(other)
        assert line.startswith("Not started: The database of DATABASE_URL cannot be used by the account ")
        assert str(tmp_path) not in line
        prepared = other.manage("prepare")
        assert prepared.returncode == 1
        assert prepared.stderr.startswith(
            "CommandError: The database of DATABASE_URL cannot be used by the account"
        )
        assert prepared.stderr.count("\n") == 1


@pytest.mark.parametrize("command", [["migrate"], ["prepare"], ["list_access_keys"], ["clearsessions"]])
def test_a_database_that_is_away_is_said_without_what_was_set(site: Site, command: list[str]) -> None:
    done = site.manage(
        *command, DATABASE_URL="postgres://hunter2:hunter3@127.0.0.1:1/hunter4?application_name=hunter5"
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "cannot be reached" in done.stderr
    assert "hunter" not in done.stderr


def test_the_account_is_named_that_may_not_write(own_site: Site) -> None:
    for file in (*own_site.folder.rglob("*"), own_site.folder):
        file.chmod(0o500 if file.is_dir() else 0o400)

    def serve(**changes: str) -> str:
        done = subprocess.run(
            [
                *WITHOUT_PRIVILEGES,
                sys.executable,
                "-m",
                "gunicorn",
                "-c",
                "server/gunicorn.conf.py",
                "identity_cloud.wsgi",
            ],
            cwd=ROOT,
            env=own_site.environment | {"PORT": "0", "LOG_LEVEL": "INFO"} | changes,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 1, done.stderr
        return str(done.stderr.strip().splitlines()[-1])

    assert serve() == (
        f"Not started: The file of COUNTER_FILE cannot be written by the account {ACCOUNT}: Permission denied. "
        "Give it to that account, or start as the account that it belongs to."
    )
    with tempfile.TemporaryDirectory() as own:
        counters = f"{own}/counters"
        assert serve(COUNTER_FILE=counters).startswith(
            f"Not started: The folder of CACHE_URL cannot be written by the account {ACCOUNT}: Permission denied."
        )
        if own_site.environment["DATABASE_URL"].startswith("sqlite"):
            assert serve(COUNTER_FILE=counters, CACHE_URL=f"filecache://{own}/cache").startswith(
                f"Not started: The database of DATABASE_URL cannot be used by the account {ACCOUNT}: "
            )
