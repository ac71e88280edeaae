"""Clients that do not end what they began. They hold no thread, and are given up before long."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from server import line
from server.prompt import REQUEST_SECONDS
from tests.server.clients import QUICKLY, connect, is_answered_quickly
from tests.server.servers import Server, Site

THREADS = 3
MANY = 2 * (THREADS + line.THREADS)

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
BEGUN = (
    b"\r\n",
    HALF_A_HEAD,
    NO_BODY,
    HALF_A_CHUNK,
    NO_BODY.replace(b"/oauth2/introspect/", b"/accounts/login/"),
)


@pytest.fixture(scope="module")
def server(site: Site) -> Iterator[Server]:
    with site.with_settings(WEB_THREADS=str(THREADS)).serve() as running:
        yield running


@pytest.fixture(scope="module")
def key(site: Site) -> bytes:
    return site.key("slow", "--scope=access_keys:introspect").encode()


def has_ended(connection: socket.socket) -> bool:
    """Whether the server has hung up; raises where it has not."""
    connection.setblocking(False)
    with suppress(ConnectionResetError):
        return connection.recv(65536) == b""
    return True


def drip(connections: list[socket.socket], stop: threading.Event) -> None:
    while not stop.wait(0.5):
        for connection in connections:
            with suppress(OSError):
                connection.sendall(b"a")


def test_half_a_request_costs_no_thread_and_is_given_up(server: Server, key: bytes) -> None:
    stop = threading.Event()
    with ExitStack() as stack:
        slow = [stack.enter_context(connect(server)) for _ in range(MANY * len(BEGUN))]
        for number, connection in enumerate(slow):
            connection.sendall(BEGUN[number % len(BEGUN)].replace(b"{key}", key))
        endless = [stack.enter_context(connect(server)) for _ in range(MANY)]
        for connection in endless:
            connection.sendall(HALF_A_HEAD + b"X-Slow: ")
        dripping = threading.Thread(target=drip, args=(endless, stop))
        dripping.start()
        try:
            time.sleep(0.2)
            assert is_answered_quickly(server)
            began = time.monotonic()
            assert server.ask("GET", "/accounts/login/").status == 200
            assert time.monotonic() - began < QUICKLY
            time.sleep(REQUEST_SECONDS + 2)
        finally:
            stop.set()
            dripping.join()
        assert all(map(has_ended, [*slow, *endless]))


@pytest.mark.parametrize("begun", [HALF_A_HEAD + b"\r\n", HALF_A_CHUNK + 249 * b"a" + b"\r\n0\r\n\r\n"])
def test_what_comes_byte_by_byte_is_a_request(server: Server, key: bytes, begun: bytes) -> None:
    request = begun.replace(b"{key}", key)
    with connect(server) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for place in range(len(request)):
            connection.sendall(request[place : place + 1])
        assert connection.recv(65536).startswith(b"HTTP/1.1 401 " if b"verify" in begun else b"HTTP/1.1 200 ")


@pytest.mark.parametrize("said", [b"", b"G"], ids=["nothing", "a byte"])
def test_a_thousand_connections_that_say_nothing_keep_nobody_out(server: Server, said: bytes) -> None:
    with ExitStack() as stack:
        for _ in range(1200):
            stack.enter_context(connect(server)).sendall(said)
        assert all(is_answered_quickly(server) for _ in range(20))
