"""Clients that do not take what they asked for. They hold no thread; what is not taken is given up, and says so."""

from __future__ import annotations

import re
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest

from server import line
from tests.server.clients import QUICKLY, is_answered_quickly
from tests.server.servers import Server, Site

THREADS = 2
MANY = 2 * (THREADS + line.THREADS)
TIMES = 300  # 9 MB of one stylesheet: more than the system takes for a client that reads nothing.
PROGRESS_SECONDS = 2.0


def connect(server: Server) -> socket.socket:
    """A client with little room."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(20)
    client.connect(("127.0.0.1", server.port))
    return client


def stylesheet(server: Server) -> str:
    found = re.search(r'href="([^"]+\.css)"', server.ask("GET", "/accounts/login/").body.decode())
    assert found
    return found[1]


def requests(path: str) -> bytes:
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n".encode()
    return (TIMES - 1) * (head + b"\r\n") + head + b"Connection: close\r\n\r\n"


def send(client: socket.socket, data: bytes) -> None:
    """As much of it as the server takes."""
    client.settimeout(1)
    with suppress(TimeoutError):
        client.sendall(data)
    client.settimeout(20)


@pytest.fixture(scope="module")
def server(site: Site) -> Iterator[Server]:
    with site.with_settings(WEB_THREADS=str(THREADS)).serve() as running:
        yield running


@contextmanager
def impatient(site: Site) -> Iterator[Server]:
    """A server that gives up soon what makes no progress."""
    program = (
        "import sys, identity_cloud.wsgi, server.prompt; from gunicorn.app.wsgiapp import run;"
        f"server.prompt.PROGRESS_SECONDS = {PROGRESS_SECONDS}; sys.argv[1:] ="
        "['-c', 'server/gunicorn.conf.py', 'identity_cloud.wsgi']; run()"
    )
    with site.serve(program=[sys.executable, "-c", program]) as running:
        yield running


def test_who_takes_no_answer_costs_no_thread(server: Server) -> None:
    path = stylesheet(server)
    size = len(server.ask("GET", path).body)
    with ExitStack() as stack:
        clients = [stack.enter_context(connect(server)) for _ in range(MANY)]
        for client in clients:
            send(client, requests(path))
        assert is_answered_quickly(server)
        began = time.monotonic()
        assert server.ask("GET", "/accounts/login/").status == 200
        assert time.monotonic() - began < QUICKLY
        received = b"".join(iter(lambda: clients[0].recv(1 << 20), b""))
    assert received.count(b"HTTP/1.1 200 OK\r\n") == TIMES
    assert len(received) > TIMES * size


def test_who_takes_nothing_for_long_is_given_up_with_a_reset(site: Site) -> None:
    with impatient(site) as server, connect(server) as client:
        send(client, requests(stylesheet(server)))
        time.sleep(PROGRESS_SECONDS + 2)
        with pytest.raises(ConnectionResetError):
            b"".join(iter(lambda: client.recv(1 << 20), b""))
        assert "A client has stopped to take its answer: " in server.log.read_text()
        assert is_answered_quickly(server)


def test_who_is_slow_and_steady_gets_everything(site: Site) -> None:
    with impatient(site) as server, connect(server) as client:
        path = stylesheet(server)
        size = len(server.ask("GET", path).body)
        send(client, requests(path))
        received, began = bytearray(), time.monotonic()
        while piece := client.recv(1 << 18):
            received += piece
            if time.monotonic() - began < 4 * PROGRESS_SECONDS:
                time.sleep(PROGRESS_SECONDS / 8)
        assert time.monotonic() - began > 2 * PROGRESS_SECONDS
        assert len(received) > TIMES * size
        assert received.count(b"HTTP/1.1 200 OK\r\n") == TIMES
