"""Who waits for requests and how long: ``server.prompt.PromptWorker``, from outside."""

from __future__ import annotations

import http.client
import os
import resource
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from server.prompt import PARTING_SECONDS
from tests.server.clients import (
    AND_CLOSE,
    AND_KEEP,
    ASK,
    QUICKLY,
    answer,
    connect,
    is_answered_quickly,
    seconds_until_closed,
)
from tests.server.servers import Server, Site

THREADS = 3
MANY = 4 * THREADS


@pytest.fixture(scope="module")
def server(site: Site) -> Iterator[Server]:
    with site.with_settings(WEB_THREADS=str(THREADS)).serve() as running:
        yield running


def children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def test_who_says_nothing_costs_no_thread(server: Server) -> None:
    with ExitStack() as stack:
        for _ in range(MANY):
            stack.enter_context(closing(connect(server)))
        time.sleep(0.2)
        assert is_answered_quickly(server)


def test_who_does_not_hang_up_costs_no_thread(server: Server) -> None:
    with ExitStack() as stack:
        connections = [stack.enter_context(closing(connect(server))) for _ in range(MANY)]
        for connection in connections:
            connection.sendall(AND_CLOSE)
            assert answer(connection).startswith(b"HTTP/1.1 401 ")
            assert seconds_until_closed(connection) < QUICKLY  # On their side. We keep ours open.
        assert is_answered_quickly(server)
        time.sleep(PARTING_SECONDS + 2)
        with pytest.raises(OSError):  # noqa: PT012  The first one may meet nobody, the second one hears it.
            connections[0].sendall(b"x")
            time.sleep(0.1)
            connections[0].sendall(b"x")


def test_the_end_of_an_answer_arrives_though_more_was_sent_than_was_read(server: Server) -> None:
    unread = b"Content-Length: 300000\r\n\r\n" + 300_000 * b"x"
    with closing(connect(server)) as connection:
        connection.sendall(ASK + unread)
        assert answer(connection).startswith(b"HTTP/1.1 401 ")
        assert seconds_until_closed(connection) < QUICKLY


def test_requests_that_come_in_one_piece_are_answered_in_order(site: Site, server: Server) -> None:
    key = site.key("in_one_piece").encode()
    good = ASK + b"Authorization: Bearer " + key + b"\r\n\r\n"
    with closing(connect(server)) as connection:
        connection.sendall(good + AND_KEEP + good + AND_CLOSE)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert [line for line in received.split(b"\r\n") if line.startswith(b"HTTP/")] == [
        b"HTTP/1.1 200 OK",
        b"HTTP/1.1 401 Unauthorized",
        b"HTTP/1.1 200 OK",
        b"HTTP/1.1 401 Unauthorized",
    ]


def test_a_kept_connection_answers_one_request_after_the_other(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    with closing(connection):
        connection.connect()
        port = connection.sock.getsockname()[1]
        for number in range(1000):
            path, status = [("/auth/verify/", 401), ("/api/v1/ping/", 401), ("/accounts/login/", 200)][
                number % 3
            ]
            connection.request("GET", path)
            response = connection.getresponse()
            assert (response.status, bool(response.read())) == (status, path != "/auth/verify/")
        assert connection.sock.getsockname()[1] == port


def test_idle_connections_end(site: Site) -> None:
    with (
        site.with_settings(GUNICORN_CMD_ARGS="--keep-alive 1").serve() as server,
        closing(connect(server)) as silent,
        closing(connect(server)) as kept,
    ):
        kept.sendall(AND_KEEP)
        assert b"\r\nConnection: keep-alive\r\n" in answer(kept)
        assert seconds_until_closed(kept) < 4
        assert seconds_until_closed(silent) < 1


def test_of_more_connections_than_there_may_be_the_oldest_that_say_nothing_make_room(site: Site) -> None:
    limited = site.with_settings(WEB_THREADS="1", GUNICORN_CMD_ARGS="--worker-connections 4")
    with limited.serve() as server, ExitStack() as stack:
        oldest, *others = [stack.enter_context(closing(connect(server))) for _ in range(4)]
        oldest.sendall(AND_KEEP)  # The oldest of all, which has said something.
        assert answer(oldest).startswith(b"HTTP/1.1 401 ")
        newest = [stack.enter_context(closing(connect(server))) for _ in range(3)]
        for connection in newest:
            connection.sendall(AND_KEEP)
            assert answer(connection).startswith(b"HTTP/1.1 401 ")
        for connection in others:
            assert seconds_until_closed(connection) < QUICKLY
        oldest.sendall(AND_KEEP)
        assert answer(oldest).startswith(b"HTTP/1.1 401 ")


def test_at_the_limit_of_connections_the_next_one_is_taken_at_once(site: Site) -> None:
    limited = site.with_settings(WEB_THREADS="2", GUNICORN_CMD_ARGS="--worker-connections 4")
    with limited.serve() as server, ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(closing(connect(server)))
        time.sleep(0.2)
        began = time.monotonic()
        for _ in range(20):
            with closing(connect(server)) as connection:
                connection.sendall(AND_CLOSE)
                assert answer(connection).startswith(b"HTTP/1.1 401 ")
        assert time.monotonic() - began < 5


def test_more_connections_than_open_files_do_not_end_the_worker(site: Site) -> None:
    with site.serve() as server:
        assert is_answered_quickly(server)
        (worker,) = children(server.process.pid)
        files = len(os.listdir(f"/proc/{worker}/fd"))
        resource.prlimit(worker, resource.RLIMIT_NOFILE, (files + 10, files + 10))
        with ExitStack() as stack:
            for _ in range(20):
                stack.enter_context(closing(connect(server)))
            time.sleep(0.5)
            assert is_answered_quickly(server)  # One that says nothing makes room.
        assert children(server.process.pid) == [worker]


@pytest.mark.parametrize("path", [b"/auth/verify/", b"/api/v1/ping/"])
def test_a_body_that_is_none_brings_no_second_answer(server: Server, path: bytes) -> None:
    head = b"POST " + path + b" HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nTransfer-Encoding: chunked\r\n\r\n"
    received = server.raw(head + b"ZZ\r\n")
    assert received.count(b"HTTP/1.1 ") == 1


def test_who_goes_on_talking_after_the_end_is_cut_off(server: Server) -> None:
    for _ in range(MANY):  # More of them than there are threads, one after the other.
        with closing(connect(server)) as connection:
            connection.sendall(AND_CLOSE)
            assert answer(connection).startswith(b"HTTP/1.1 401 ")
            with suppress(OSError):
                for _ in range(20):
                    connection.sendall(b"x")
                    time.sleep(0.005)
    assert is_answered_quickly(server)


class TestAServerThatIsAskedToStop:
    def test_answers_what_waits_for_a_thread(self, site: Site) -> None:
        with site.with_settings(WEB_THREADS="1").serve() as server, ExitStack() as stack:
            slow, *waiting = [stack.enter_context(closing(connect(server))) for _ in range(4)]
            slow.sendall(ASK)  # Half a request: for 4 s, it has the only thread.
            time.sleep(0.3)
            for connection in waiting:
                connection.sendall(AND_KEEP)
            server.process.terminate()
            time.sleep(PARTING_SECONDS + 2)
            slow.sendall(b"\r\n")
            for connection in (slow, *waiting):
                assert answer(connection).startswith(b"HTTP/1.1 401 ")
            stack.close()
            assert server.process.wait(10) == 0

    def test_answers_what_is_under_way_on_a_kept_connection(self, site: Site) -> None:
        with site.serve() as server, closing(connect(server)) as kept:
            kept.sendall(AND_KEEP)
            assert answer(kept)
            server.process.terminate()
            time.sleep(0.5)
            kept.sendall(AND_KEEP)
            last = answer(kept)
            assert last.startswith(b"HTTP/1.1 401 ")
            assert b"\r\nConnection: close\r\n" in last
            kept.close()
            assert server.process.wait(10) == 0

    def test_does_not_wait_for_idle_connections(self, site: Site) -> None:
        with site.serve() as server, closing(connect(server)) as kept, closing(connect(server)):
            kept.sendall(AND_KEEP)
            assert answer(kept)
            began = time.monotonic()
            assert server.stop() == 0
            assert time.monotonic() - began < PARTING_SECONDS + 4

    def test_takes_no_new_connections(self, site: Site) -> None:
        with site.serve() as server, closing(connect(server)):
            server.process.terminate()
            time.sleep(0.5)
            with pytest.raises(OSError), closing(connect(server)) as late:  # noqa: PT012
                late.settimeout(1)
                late.sendall(AND_KEEP)
                answer(late)
