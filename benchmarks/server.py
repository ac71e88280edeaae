"""The server under load: gunicorn with the product's own configuration."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
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


@contextmanager
def serving(environment: Mapping[str, str], *, workers: int = 1) -> Iterator[Server]:
    """A server of so many processes of four threads each."""
    with tempfile.TemporaryFile("w+") as log:
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "server/gunicorn.conf.py", "identity_cloud.wsgi"],
            cwd=ROOT,
            env={
                **os.environ,
                **environment,
                "PORT": str(port),
                "WEB_CONCURRENCY": str(workers),
                "WEB_THREADS": str(THREADS),
            },
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
