"""What the image's health check says of a server that answers, that fails, and that is not there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests.server.servers import ROOT
from tools.ports import free_port


def healthy(port: int | str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "deploy/container/healthy.py"],
        env={**os.environ, "PORT": str(port)},
        capture_output=True,
        text=True,
        timeout=30,
    )


@contextmanager
def answering(status: int) -> Iterator[int]:
    """A server with one answer at one address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/health/live" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with HTTPServer(("127.0.0.1", free_port()), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_a_server_that_answers_is_healthy() -> None:
    with answering(200) as port:
        done = healthy(port)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("status", [301, 404, 503])
def test_any_other_answer_is_not(status: int) -> None:
    with answering(status) as port:
        done = healthy(port)
    assert (done.returncode, done.stderr) == (1, f"Not healthy: /health/live answered {status}.\n")


def test_nor_is_none() -> None:
    done = healthy(free_port())
    assert done.returncode == 1
    assert done.stderr == "Not healthy: /health/live gave no answer (ConnectionRefusedError).\n"
