"""Files and folders that this account may not use: one sentence with the path, the account and what to do."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.servers import ROOT, Site

IS_ROOT = os.geteuid() == 0
NOBODY = pwd.getpwnam("nobody").pw_uid
WHO = "nobody" if IS_ROOT else pwd.getpwuid(os.geteuid()).pw_name
# Root may write everywhere, and so becomes another account once everything is imported.
PREPARE = f"""
import os, sys, django
django.setup()
from django.core.management import call_command
from identity_cloud.management.commands import prepare
os.geteuid() or os.seteuid({NOBODY})
try:
    call_command(prepare.Command())
except Exception as error:
    sys.exit(type(error).__name__ + ": " + str(error))
"""
WRITE_ENV = f"""
import os, sys, pathlib
from tools import write_env
import identity_cloud.paths
os.geteuid() or os.seteuid({NOBODY})
write_env.main(pathlib.Path(sys.argv[1]))
"""
COMPILE = f"""
import os, sys
from tools import compile_messages
import identity_cloud.paths
os.geteuid() or os.seteuid({NOBODY})
compile_messages.main(sys.argv[1])
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that others reach, too, and nobody may write to; those of pytest are for one account alone."""
    scratch = Path(os.environ["TEST_SCRATCH"])
    above = [path for path in tmp_path.parents if path == scratch or scratch in path.parents]
    for path in above:
        path.chmod(0o711)
    yield tmp_path
    tmp_path.chmod(0o700)


def advice(path: Path) -> str:
    if IS_ROOT:
        return f"belongs to root: start as root, or chown -R nobody {path}"
    return f"Let its owner write: chmod u+w {path}"


@pytest.fixture
def of_another_account(folder: Path) -> Site:
    """An installation whose database file cannot be written."""
    database = folder / "site.sqlite3"
    site = Site(
        folder,
        {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{database}",
            "DJANGO_SUPERUSER_PASSWORD": "a long passphrase",
        },
    )
    assert site.manage("prepare").returncode == 0
    return site


def as_another_account(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("end", ["", "-wal"])
def test_a_database_file_that_cannot_be_written(of_another_account: Site, end: str) -> None:
    database = of_another_account.folder / f"site.sqlite3{end}"
    database.touch()
    for file in of_another_account.folder.glob("site.sqlite3*"):
        file.chmod(0o444 if file == database else 0o666)
    of_another_account.folder.chmod(0o777)

    done = as_another_account(PREPARE, **of_another_account.environment)

    assert done.stderr.startswith(
        f"CommandError: {database} cannot be used by the account {WHO}: Permission denied."
    )
    assert done.stderr.endswith(f"{advice(database)}\n")


def test_a_folder_of_a_database_that_cannot_be_written(of_another_account: Site) -> None:
    (of_another_account.folder / "site.sqlite3").chmod(0o666)
    of_another_account.folder.chmod(0o555)

    done = as_another_account(PREPARE, **of_another_account.environment)

    assert done.stderr.startswith(
        f"CommandError: {of_another_account.folder} cannot be used by the account {WHO}: Permission denied."
    )
    assert done.stderr.endswith(f"{advice(of_another_account.folder)}\n")


def test_an_env_file_that_cannot_be_made(folder: Path) -> None:
    folder.chmod(0o555)
    file = folder / ".env"

    done = as_another_account(WRITE_ENV, str(file))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(
        f"Not started: {file} cannot be used by the account {WHO}: Permission denied."
    )
    assert done.stderr.endswith(f"{advice(folder)}\n")


def test_a_database_that_is_a_folder(tmp_path: Path) -> None:
    site = Site(tmp_path, {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}"})
    done = site.manage("prepare")
    assert done.returncode == 1
    assert done.stderr == (
        "CommandError: The database of DATABASE_URL cannot be used by the account "
        f"{pwd.getpwuid(os.geteuid()).pw_name}: unable to open database file.\n"
    )


def test_a_static_root_that_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "static"
    file.touch()
    site = Site(tmp_path, {**os.environ, "STATIC_ROOT": str(file)})

    done = site.manage("collectstatic", "--no-input", "--verbosity", "0")

    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith(f"Not started: {file}")
    assert line.endswith(": Not a directory.")


def test_translations_that_cannot_be_written(folder: Path) -> None:
    shutil.copy(ROOT / "locale/de/LC_MESSAGES/django.po", folder)
    folder.chmod(0o555)

    done = as_another_account(COMPILE, f"{folder}/django.po")

    assert done.returncode == 1
    assert done.stderr.startswith(f"Not compiled: {folder} cannot be used by the account {WHO}: ")
    assert done.stderr.endswith(f"{advice(folder)}\n")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "site.sqlite3").write_text("nothing of the kind" * 100)
    done = Site(tmp_path, {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/site.sqlite3"}).manage(
        "prepare"
    )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "CommandError: The database of DATABASE_URL cannot be used by the account "
        + pwd.getpwuid(os.geteuid()).pw_name
        + ": file is not a database."
    ]
