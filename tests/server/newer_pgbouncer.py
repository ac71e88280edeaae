"""A PgBouncer that keeps what is prepared in transaction mode: this machine's, or the next Debian's."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from filelock import FileLock

from tests.debian import mirror
from tests.environment import SCRATCH

SINCE = (1, 21)
PROGRAM = "usr/sbin/pgbouncer"
NEXT = "trixie"  # Debian 13 has 1.24; Debian 12 has 1.18.
# What it is linked with, down to the C library, as the one of this machine is older.
PACKAGES = (
    *("pgbouncer", "libc6", "libcares2", "libevent-2.1-7t64", "libpam0g", "libssl3t64", "libsystemd0"),
    *("libaudit1", "libcap-ng0", "libcap2", "libzstd1"),
)


@functools.cache
def newer_pgbouncer() -> tuple[str, ...]:
    """The command that it begins with."""
    own = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if own and _version(own) >= SINCE:
        return (own,)
    if os.geteuid() or shutil.which("apt-get") is None:
        pytest.skip("PgBouncer is older than 1.21. Install that, or run as root on Debian, and run again.")
    folder = Path(SCRATCH) / "pgbouncer"
    unpacked = folder / "root"
    with FileLock(f"{folder}.lock"):  # All processes of a run share it.
        if not (unpacked / PROGRAM).exists():
            _unpack(folder)
    libraries = next(unpacked.glob("usr/lib/*-linux-gnu"))
    loader = next(libraries.glob("ld-linux-*"))
    command = (str(loader), "--library-path", str(libraries), str(unpacked / PROGRAM))
    assert _version(*command) >= SINCE
    return command


def _version(*command: str) -> tuple[int, ...]:
    told = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)\.(\d+)", told)
    assert found, told
    return int(found[1]), int(found[2])


def _unpack(folder: Path) -> None:
    """Nothing of the machine itself is changed: apt has lists of its own here."""
    for name in ("lists/partial", "cache/archives/partial", "packages", "root"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    source = folder / "sources.list"
    source.write_text(f"deb {mirror()} {NEXT} main\n")
    here = [
        f"-oDir::Etc::sourcelist={source}",
        "-oDir::Etc::sourceparts=-",
        f"-oDir::State::lists={folder}/lists",
        f"-oDir::Cache={folder}/cache",
        "-oAPT::Sandbox::User=root",
    ]
    _run(folder, "apt-get", "-q", *here, "update")
    _run(folder / "packages", "apt-get", "-q", *here, "download", *(f"{name}/{NEXT}" for name in PACKAGES))
    for package in sorted((folder / "packages").glob("*.deb")):  # The program itself comes last.
        _run(folder, "dpkg", "-x", str(package), str(folder / "root"))


def _run(folder: Path, *command: str) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-1000:]
