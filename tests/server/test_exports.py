"""Exports of a real server: whole, or broken off so that the client can tell; and never many at once."""

from __future__ import annotations

import http.client
import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

import psycopg
import pytest

from tests.server.servers import Server, Site

EXPORT = "/settings/audit-log/export/"
ROWS = 30_000
PREPARE = f"""
from accesskeys.models import AuditEvent
from django.contrib.auth.models import User
from django.test import Client

for start in range(0, {ROWS}, 5000):
    AuditEvent.objects.bulk_create(
        AuditEvent(
            action="access_key.generated",
            outcome="succeeded",
            actor_kind="command",
            actor_label="manage.py",
            door="command",
            access_key_name=f"key_{{number}}",
        )
        for number in range(start, start + 5000)
    )
client = Client()
client.force_login(User.objects.create_superuser("root"))
print(client.cookies["sessionid"].value)
"""


@pytest.fixture
def session(own_site: Site) -> dict[str, str]:
    """What somebody sends who may export a long audit log."""
    done = own_site.manage("shell", "--no-imports", "-c", PREPARE)
    assert done.returncode == 0, done.stderr
    return {"Cookie": f"sessionid={done.stdout.strip()}"}


@contextmanager
def started(server: Server, session: dict[str, str]) -> Iterator[http.client.HTTPResponse]:
    """An export of which the first bytes have come."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", EXPORT, headers=session)
    response = connection.getresponse()
    assert response.status == HTTPStatus.OK
    assert response.read(100)
    try:
        yield response
    finally:
        response.close()
        connection.close()


def fail(site: Site) -> None:
    """Let the database fail under the server: its connections end, or half of its file is lost."""
    url = site.environment["DATABASE_URL"]
    if url.startswith("postgres"):
        with psycopg.connect(os.environ["TEST_DATABASE_URL"], autocommit=True) as connection:
            ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            connection.execute(ended, [url.partition("@/")[2].partition("?")[0]])
    else:
        file = Path(url.removeprefix("sqlite:///"))
        os.truncate(file, file.stat().st_size // 3)


def test_a_broken_one_is_not_taken_for_whole_and_is_logged(own_site: Site, session: dict[str, str]) -> None:
    with own_site.serve() as server:
        with started(server, session) as response:
            fail(own_site)
            with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
                response.read()
        lines = [line for line in server.log.read_text().splitlines() if "broke off" in line]
    assert len(lines) == 1
    assert "accesskeys.exports: The export audit-log broke off after " in lines[0]


def test_a_whole_one_ends_in_order(own_site: Site, session: dict[str, str]) -> None:
    with own_site.serve() as server, started(server, session) as response:
        assert response.read().count(b"\n") == ROWS + 1
        assert "ERROR" not in server.log.read_text()


def test_eight_at_once_are_two_and_keys_are_answered(own_site: Site, session: dict[str, str]) -> None:
    key = own_site.key("billing")
    heard: Counter[tuple[int, str | None]] = Counter()

    def export(server: Server) -> None:
        answer = server.ask("GET", EXPORT, headers=session)
        heard[answer.status, answer.headers.get("Retry-After")] += 1

    with own_site.serve() as server, started(server, session), started(server, session):
        others = [threading.Thread(target=export, args=[server]) for _ in range(6)]
        for other in others:
            other.start()
        began = time.monotonic()
        for _ in range(20):
            answer = server.ask("GET", "/auth/verify/", headers={"Authorization": f"Bearer {key}"})
            assert answer.status == HTTPStatus.OK
        assert time.monotonic() - began < 10
        for other in others:
            other.join()
    assert heard.keys() <= {(200, None), (503, "5")}
    assert heard[503, "5"] > 0


def test_whoever_goes_away_gives_the_place_back(own_site: Site, session: dict[str, str]) -> None:
    with own_site.serve() as server:
        for _ in range(2):
            with socket.create_connection(("127.0.0.1", server.port)) as gone:
                gone.sendall(
                    f"GET {EXPORT} HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nCookie: {session['Cookie']}\r\n\r\n".encode()
                )
                assert gone.recv(100)
        end = time.monotonic() + 20
        while (answer := server.ask("GET", EXPORT, headers=session)).status != HTTPStatus.OK:
            assert time.monotonic() < end
            time.sleep(0.2)
        assert answer.body.count(b"\n") == ROWS + 1
        assert "broke off" not in server.log.read_text()
