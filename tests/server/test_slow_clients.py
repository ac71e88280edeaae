"""Clients that do not end what they began. Each holds a thread of the server, and is given up before long."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from server.workers import REQUEST_SECONDS
from tests.server.servers import Server, Site

THREADS = 3
PATIENCE = REQUEST_SECONDS + 5  # seconds

HOST = b"Host: 127.0.0.1:8000\r\n"
HALF_A_HEAD = b"GET /auth/verify/ HTTP/1.1\r\n" + HOST
NO_BODY = (
    b"POST /oauth2/introspect/ HTTP/1.1\r\n"
    + HOST
    + b"Authorization: Bearer {key}\r\n"
    + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n"
)
HALF_A_CHUNK = NO_BODY.replace(
    b"Content-Length: 1000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\nff\r\ntoken="
)
ENDLESS_HEAD = HALF_A_HEAD + b"X-Slow: "  # And then a byte now and then, for ever.


@pytest.fixture(scope="module")
def few_threads(site: Site) -> Iterator[Server]:
    with site.with_settings(WEB_THREADS=str(THREADS)).serve() as running:
        yield running


@pytest.fixture(scope="module")
def key(site: Site) -> bytes:
    return site.key("slow", "--scope=access_keys:introspect").encode()


def drip(connections: list[socket.socket], stop: threading.Event) -> None:
    while not stop.wait(0.5):
        for connection in connections:
            with suppress(OSError):
                connection.sendall(b"a")


@pytest.mark.parametrize(
    "begun", [HALF_A_HEAD, NO_BODY, HALF_A_CHUNK, ENDLESS_HEAD], ids=["head", "body", "chunk", "drops"]
)
def test_slow_clients_do_not_hold_the_server_for_ever(few_threads: Server, key: bytes, begun: bytes) -> None:
    stop = threading.Event()
    with ExitStack() as stack:
        slow = [
            stack.enter_context(socket.create_connection(("127.0.0.1", few_threads.port)))
            for _ in range(THREADS)
        ]
        for connection in slow:
            connection.sendall(begun.replace(b"{key}", key))
        dripping = threading.Thread(target=drip, args=(slow if begun is ENDLESS_HEAD else [], stop))
        dripping.start()
        try:
            time.sleep(0.5)  # Until each of them has its thread.
            began = time.monotonic()

            assert few_threads.ask("GET", "/auth/verify/").status == 401

            # They did hold all threads, or this would prove nothing.
            assert REQUEST_SECONDS / 2 < time.monotonic() - began < PATIENCE
            began = time.monotonic()
            assert few_threads.ask("GET", "/auth/verify/").status == 401
            assert time.monotonic() - began < 2
        finally:
            stop.set()
            dripping.join()
