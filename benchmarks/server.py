"""The server under load: gunicorn with the product's own configuration."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.machine import family
from tools.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
THREADS = 4
START_SECONDS = 30


class Server(NamedTuple):
    """A running server: where it listens, and its first process."""

    port: int
    pid: int

    @property
    def workers(self) -> list[int]:
        """The processes that answer requests."""
        return family(self.pid)[1:]


OURS = ("-c", "server/gunicorn.conf.py", "identity_cloud.wsgi")


def shape(workers: int, threads: int) -> dict[str, str]:
    """The settings of a server of so many processes, of so many threads each."""
    return {"WEB_CONCURRENCY": str(workers), "WEB_THREADS": str(threads)}


AS_INSTALLED = {"WEB_CONCURRENCY": "", "WEB_THREADS": ""}


def documented(port: int, cores: int) -> tuple[str, ...]:
    """gunicorn as its own documentation starts it, which the peers' leave it to: processes of one thread each."""
    return ("--bind", f"127.0.0.1:{port}", "--workers", str(2 * cores + 1), "benchmarks.wsgi")


@contextmanager
def serving(
    environment: Mapping[str, str], *, port: int | None = None, arguments: Sequence[str] = OURS
) -> Iterator[Server]:
    """gunicorn with these settings and arguments: one process of four threads, unless the settings say otherwise."""
    with tempfile.TemporaryFile("w+") as log:
        port = port or free_port()
        settings = {**os.environ, **shape(1, THREADS), **environment, "PORT": str(port)}
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *arguments],
            cwd=ROOT,
            env={
                name: value for name, value in settings.items() if value
            },  # To gunicorn, empty is not absent.
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
        try:
            _wait(process, port, log)
            yield Server(port, process.pid)
        finally:
            process.terminate()
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: object) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.05)
    log.seek(0)  # type: ignore[attr-defined]
    raise SystemExit(f"The server did not start:\n{log.read()}")  # type: ignore[attr-defined]
