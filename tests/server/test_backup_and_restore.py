"""A backup taken by the command while the server works, put into an empty database, and served."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pyrage
import pytest

from tests.server.load import load
from tests.server.servers import ROOT, Site
from tests.server.test_restored_backups import last_line, ping

Empty = Callable[[], Site]


@pytest.fixture
def recipient(tmp_path: Path) -> str:
    identity = pyrage.x25519.Identity.generate()
    (tmp_path / "identity.txt").write_text(str(identity))
    return str(identity.to_public())


@pytest.fixture
def empty(own_site: Site) -> Iterator[Empty]:
    """The same installation with an empty database: a new one each time."""
    address, made = own_site.environment["DATABASE_URL"], []

    def new() -> Site:
        name = f"empty_{uuid.uuid4().hex}"
        if address.startswith("sqlite"):
            url = f"sqlite:///{own_site.folder}/{name}.sqlite3"
        else:
            made.append(name)
            psycopg.connect(address, autocommit=True).execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
            url = (
                address.replace("/site_", f"/{name}?was=").partition("?was=")[0]
                + "?"
                + address.partition("?")[2]
            )
        journal = str(own_site.folder / "revocations")
        return own_site.with_settings(DATABASE_URL=url, REVOCATIONS_FILE=journal)

    yield new
    for name in made:
        psycopg.connect(address, autocommit=True).execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]


def backup(site: Site, recipient: str) -> Path:
    file = site.folder / f"{uuid.uuid4().hex}.age"
    done = site.manage("backup", str(file), f"--recipient={recipient}")
    assert (done.returncode, done.stderr) == (0, "")
    return file


def restore(site: Site, file: Path) -> subprocess.CompletedProcess[str]:
    return site.manage("restore", str(file), f"--identity-file={site.folder}/identity.txt")


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1, done.stdout
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    return line.removeprefix("CommandError: ")


def test_all_that_was_answered_comes_back(own_site: Site, empty: Empty, recipient: str) -> None:
    site = own_site.with_settings(REVOCATIONS_FILE=str(own_site.folder / "revocations"))
    writer, leaked = site.key("writer", "--scope=access_keys:write"), site.key("leaked")
    with site.serve() as server, load(server.port, writer) as heard:
        end = time.monotonic() + 30
        while not heard.generated and time.monotonic() < end:
            time.sleep(0.05)
        before = set(heard.generated)
        file = backup(site, recipient)
    assert before
    assert heard.answers.keys() == {200, 201}
    assert site.manage("revoke_access_key", "leaked", "--no-input").returncode == 0
    restored = empty()
    done = restore(restored, file)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Restored: made at ")
    assert done.stdout.endswith("Next: manage.py migrate, manage.py apply_revocations.\n")
    assert before <= set(restored.manage("list_access_keys").stdout.split())
    assert "1 access key was revoked" in last_line(restored)
    assert restored.manage("apply_revocations").returncode == 0
    with restored.serve() as server:
        assert [ping(server, key) for key in (writer, leaked)] == [200, 401]
    # What is there now is left alone.
    assert refusal(restore(restored, file)).startswith("The database of DATABASE_URL is not empty: it has ")


def test_what_is_not_whole_is_not_restored(own_site: Site, empty: Empty, recipient: str) -> None:
    file, site = backup(own_site, recipient), empty()
    whole = file.read_bytes()
    file.write_bytes(whole[:-20])
    assert refusal(restore(site, file)) == "The backup is damaged, or its end is missing."
    identity = pyrage.x25519.Identity.from_str((own_site.folder / "identity.txt").read_text())
    line, _, content = pyrage.decrypt(whole, [identity]).partition(b"\n")
    manifest = json.loads(line)
    manifest["counts"]["accesskeys_accesskey"] = 7
    text = json.dumps(manifest).encode() + b"\n" + content
    file.write_bytes(pyrage.encrypt(text, [identity.to_public()]))
    assert refusal(restore(site, file)) == (
        "The backup is not what its manifest says: accesskeys_accesskey has 0 rows and had 7."
    )
    file.write_bytes(whole)
    done = restore(site, file)  # Nothing of all that was left in it.
    assert done.returncode == 0
    assert done.stderr == (
        "The file of REVOCATIONS_FILE is not there: what was revoked after the backup would be accepted. Put it back "
        "before the start.\n"
    )


def test_a_process_that_is_killed_leaves_no_half_of_a_file(own_site: Site, recipient: str) -> None:
    for number in (signal.SIGKILL, signal.SIGTERM):
        for pause in (0.0, 0.05):
            file = own_site.folder / f"{number}-{pause}.age"
            program = [sys.executable, "manage.py", "backup", str(file), f"--recipient={recipient}"]
            with subprocess.Popen(
                program, cwd=ROOT, env=own_site.environment, stderr=subprocess.PIPE
            ) as process:
                while process.poll() is None and not list(own_site.folder.glob(f".{file.name}.*")):
                    time.sleep(0.002)
                time.sleep(pause)
                process.send_signal(number)
            if file.exists():  # It was faster.
                verified = own_site.manage(
                    "backup", "--verify", str(file), f"--identity-file={own_site.folder}/identity.txt"
                )
                assert verified.returncode == 0, verified.stderr
            if number == signal.SIGTERM:
                assert not list(own_site.folder.glob(f".{file.name}.*"))
