"""Pages have threads of their own, few of them: whatever they do, there are threads for keys."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from server.line import MOST_WAIT, THREADS
from server.prompt import REQUEST_SECONDS
from tests.server.clients import QUICKLY, connect, is_answered_quickly
from tests.server.servers import Server, Site

# Its thread waits for a body that never comes, and is asked for because of the cookie.
TAKES_A_THREAD = (
    b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nExpect: 100-continue\r\n"
    b"Cookie: csrftoken=" + 32 * b"a" + b"\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n\r\n"
)
WAITS_FOR_ONE = b"GET /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def server(site: Site) -> Iterator[Server]:
    with site.with_settings(WEB_THREADS="2").serve() as running:
        yield running


def take_all_threads(server: Server, stack: ExitStack) -> None:
    for _ in range(THREADS):
        connection = stack.enter_context(connect(server))
        connection.sendall(TAKES_A_THREAD)
        assert connection.recv(100).startswith(b"HTTP/1.1 100 ")


def test_keys_are_verified_while_all_pages_wait(server: Server, site: Site) -> None:
    key = site.key("while_pages_wait")
    with ExitStack() as stack:
        take_all_threads(server, stack)
        assert is_answered_quickly(server)
        began = time.monotonic()
        assert server.call("GET", "ping/", key).status == 200
        assert time.monotonic() - began < QUICKLY


def test_pages_take_turns_and_those_beyond_hear_at_once_that_we_are_busy(server: Server) -> None:
    with ExitStack() as stack:
        take_all_threads(server, stack)
        waiting = [stack.enter_context(connect(server)) for _ in range(MOST_WAIT)]
        for connection in waiting:
            connection.sendall(WAITS_FOR_ONE)
        time.sleep(0.5)

        began = time.monotonic()
        page = server.ask("GET", "/accounts/login/")
        program = server.call("GET", "access-keys/", "nonsense")
        assert time.monotonic() - began < QUICKLY
        for answer in (page, program):
            assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
            assert answer.headers["Cache-Control"] == "no-store"
        assert page.body.decode().startswith("Too many pages are asked for")
        assert program.json["errors"][0]["code"] == "unavailable"
        assert is_answered_quickly(server)

        time.sleep(REQUEST_SECONDS + 1)  # Those that held the threads are given up.
        assert server.ask("GET", "/accounts/login/").status == 200
        assert {connection.recv(12) for connection in waiting} <= {b"HTTP/1.1 200", b"HTTP/1.1 503"}
