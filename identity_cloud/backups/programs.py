"""PostgreSQL's own programs: found, told where the database is, and listened to."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import glob
from typing import IO, Any

from django.db import DatabaseError, connection

from accesskeys.core.database_errors import reason
from identity_cloud.backups.errors import BackupError

INSTALLED = "/usr/lib/postgresql/*/bin/"


class Program:
    """One that runs. What it complains of goes to a file, so that it never waits for somebody to hear it."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], complaints: IO[bytes]) -> None:
        self.name = name
        self.stdout: Any = process.stdout
        self._process = process
        self._complaints = complaints

    def write(self, data: bytes) -> None:
        """Hand it input. Raises BackupError where it has ended before."""
        try:
            self._process.stdin.write(data)  # type: ignore[union-attr]
        except BrokenPipeError:
            self.conclude()
            raise BackupError(f"{self.name} ended before all was read.") from None

    def conclude(self) -> None:
        """There is no more input: wait for its end. Raises BackupError where it failed."""
        with suppress(BrokenPipeError):
            self._process.stdin.close()  # type: ignore[union-attr]
        if code := self._process.wait():
            self._complaints.seek(0)
            lines = self._complaints.read().decode("utf-8", "replace").splitlines() or [f"exit code {code}"]
            raise BackupError(f"{self.name} failed: {reason(DatabaseError(_bare(lines[0])))}.")

    def kill(self) -> None:
        """End it, if it still runs."""
        self._process.kill()
        self._process.wait()


class Reading:
    """What a program writes. Its end is one only if the program says so."""

    def __init__(self, process: Program) -> None:
        self._process = process

    def read(self, size: int) -> bytes:
        data: bytes = self._process.stdout.read(size)
        if not data:
            self._process.conclude()
        return data


@contextmanager
def program(name: str, *arguments: str, connects: bool = True) -> Iterator[Program]:
    """Run it until the block is left. Nothing about the database stands in its arguments, which everybody may read."""
    environment = _environment() if connects else {}
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(  # noqa: S603  A program of ours, and no words of anybody else's.
            [_path(name), *arguments],
            env=kept | environment | {"LC_MESSAGES": "C"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
        ) as process,
    ):
        running = Program(name, process, complaints)
        try:
            yield running
        finally:
            running.kill()


def _path(name: str) -> str:
    newest_last = sorted(glob(INSTALLED + name), key=lambda path: [int(n) for n in re.findall(r"\d+", path)])
    path = shutil.which(name) or next(reversed(newest_last), None)
    if path is None:
        raise BackupError(
            f"{name} is not installed. Install PostgreSQL's client programs (Debian: apt-get install "
            "postgresql-client), of the server's version or a later one."
        )
    return path


def _environment() -> dict[str, str]:
    """All that Django connects with, as libpq reads it from the environment."""
    from psycopg import pq

    names = {
        option.keyword.decode(): option.envvar.decode()
        for option in pq.Conninfo.get_defaults()
        if option.envvar
    }
    parameters = connection.get_connection_params()
    return {names[option]: str(value) for option, value in parameters.items() if option in names}


def _bare(line: str) -> str:
    """Without the words that each line begins with."""
    return re.sub(r"^pg_\w+: (error: )?", "", line)
