"""What probes hear from a real server: whether it lives, and whether it may be asked."""

from __future__ import annotations

import json
import socket
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.disks import small_disk
from tests.redis_servers import RedisServer
from tests.server.clients import connect
from tests.server.servers import Answer, Server, Site, master_key
from tests.server.test_held_up import ON_POSTGRESQL

NAMES = ["database", "migrations", "master_keys", "counters", "disk"]
VITAL = set(NAMES[:3])
OF_THE_SERVER = {"Date", "Connection", "Server", "X-Request-Id"}


@pytest.fixture(scope="module")
def server(site: Site) -> Iterator[Server]:
    """In production: https, and a host that no probe knows."""
    with site.with_settings(PUBLIC_URL="https://keys.example.com", LOG_LEVEL="INFO").serve() as running:
        yield running


def probe(server: Server, path: str = "/health/ready", method: str = "GET") -> Answer:
    return server.ask(method, path, headers={"Host": f"10.1.2.3:{server.port}"})


def failing(server: Server) -> list[str]:
    """What is failed now, and makes it not ready where it is vital. What was found a second ago is forgotten first."""
    time.sleep(1.05)
    answer = probe(server)
    failed = [name for name, state in answer.json["checks"].items() if state == "failed"]
    assert list(answer.json["checks"]) == NAMES
    expected = (503, "failed") if VITAL & set(failed) else (200, "impaired" if failed else "ok")
    assert (answer.status, answer.json["status"]) == expected
    return failed


def told(server: Server) -> list[str]:
    lines = server.log.read_text().splitlines()
    return [
        line.partition("identity_cloud.health: ")[2] for line in lines if "identity_cloud.health: " in line
    ]


def execute(site: Site, statement: LiteralString, *values: Any) -> None:
    address = site.environment["DATABASE_URL"]
    if ON_POSTGRESQL:
        with psycopg.connect(address) as connection:
            connection.execute(statement.replace("?", "%s"), values)  # type: ignore[arg-type]
    else:
        with sqlite3.connect(urlsplit(address).path) as file:
            file.execute(statement, values)


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/health/live/", "/health/ready/"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "TRACE"])
def test_ahead_of_everything_and_in_django_it_is_one_answer(server: Server, path: str, method: str) -> None:
    ahead, django = (
        probe(server, path, method),
        probe(server, path.replace("/l", "/%6c").replace("/r", "/%72"), method),
    )
    for answer in (ahead, django):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.cookies == ()
        assert not {"Vary", "Location"} & set(answer.headers)
        assert answer.status == (200 if method in ("GET", "HEAD") else 405)
        assert (answer.body == b"") == (method == "HEAD")
    headers = [{k: v for k, v in each.headers.items() if k not in OF_THE_SERVER} for each in (ahead, django)]
    assert (ahead.status, headers[0], ahead.body) == (django.status, headers[1], django.body)


def test_what_is_said_to_strangers_are_names(server: Server) -> None:
    assert probe(server, "/health/live").json == {"status": "ok"}
    assert probe(server).json == {"status": "ok", "checks": dict.fromkeys(NAMES, "ok")}
    other = probe(server, method="POST")
    assert (other.headers["Allow"], other.json["errors"][0]["code"]) == ("GET, HEAD", "method_not_allowed")


def test_a_connection_is_kept(server: Server) -> None:
    with connect(server) as connection:
        for _ in range(3):
            connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
            received = b""
            while not received.endswith(b"}"):
                received += connection.recv(4096)
            assert received.startswith(b"HTTP/1.1 200 OK\r\n")


def test_what_the_database_holds(own_site: Site) -> None:
    """Migrations that are missing, or more than we know of; another keyring, or more of it than we have."""
    with own_site.serve() as server:
        assert failing(server) == []
        execute(own_site, "UPDATE django_migrations SET app = 'x' || app")
        assert failing(server) == failing(server) == ["migrations"]
        assert told(server) == ["Not ready: The database is not migrated. Run manage.py prepare."]
        assert probe(server, "/health/live").status == 200
        execute(own_site, "UPDATE django_migrations SET app = substr(app, 2)")
        execute(
            own_site,
            "INSERT INTO django_migrations (app, name, applied) VALUES ('accesskeys', '9999', CURRENT_TIMESTAMP)",
        )
        assert failing(server) == []
        assert told(server)[1:] == ["Ready again"]

        older = own_site.environment["ACCESS_KEYS_MASTER_KEYS"]
        newer = own_site.with_settings(ACCESS_KEYS_MASTER_KEYS=f"{master_key('k2')},{older}")
        assert (
            newer.manage("list_access_keys").returncode == 0
        )  # It knows of k2 now, and needs it for nothing.
        assert failing(server) == []
        execute(own_site, "UPDATE accesskeys_masterkeyfingerprint SET fingerprint = ?", bytes(32))
        assert failing(server) == ["master_keys"]
        told_last = told(server)[-1]
        assert told_last.startswith("Not ready: The master key k1 in ACCESS_KEYS_MASTER_KEYS is not the one")


def test_another_process_uses_a_master_key_that_this_one_lacks(own_site: Site) -> None:
    with own_site.serve() as server:
        older = own_site.environment["ACCESS_KEYS_MASTER_KEYS"]
        own_site.with_settings(ACCESS_KEYS_MASTER_KEYS=f"{master_key('k2')},{older}").key("made_elsewhere")
        assert failing(server) == ["master_keys"]
        assert "need the master key k2" in told(server)[0]


def test_a_redis_that_hangs_and_one_that_is_gone(site: Site, redis: RedisServer) -> None:
    key = site.key("without_a_limit")
    with site.with_settings(CACHE_URL=redis.url).serve() as server:
        assert failing(server) == []
        for fail, mend in ((redis.pause, redis.resume), (redis.kill, redis.start)):
            fail()
            began = time.monotonic()
            assert failing(server) == ["counters"]
            assert time.monotonic() - began < 1.05 + 2
            answer = server.ask("GET", "/auth/verify/", headers={"Authorization": f"Bearer {key}"})
            assert answer.status == 200
            mend()
            time.sleep(1.1)
            failing(server)
            assert failing(server) == []
        lines = told(server)
    assert lines[1::2] == 2 * ["Ready again"]
    for line in lines[::2]:
        assert line.startswith("Ready, though impaired: The Redis of CACHE_URL cannot count (")
        assert str(redis.port) not in line


def test_a_disk_that_is_full(site: Site, tmp_path: Path) -> None:
    with (
        small_disk(tmp_path / "disk") as disk,
        site.with_settings(COUNTER_FILE=f"{disk.folder}/counters").serve() as server,
    ):
        assert failing(server) == []
        disk.fill()
        assert failing(server) == ["disk"]
        assert told(server) == ["Ready, though impaired: The disk of COUNTER_FILE is full. Make room there."]
        disk.free()
        assert failing(server) == []
        assert told(server)[-1] == "Ready again"


def test_on_a_disk_that_is_full_with_everything_on_it_keys_are_decided_about(
    site: Site, tmp_path: Path
) -> None:
    """By a server that has been asked before: SQLite opens no database where it has no room for the file beside it."""
    with small_disk(tmp_path / "disk") as disk:
        address = f"sqlite:///{disk.folder}/database.sqlite3"
        full = site.with_settings(DATABASE_URL=address, COUNTER_FILE=f"{disk.folder}/counters")
        assert full.manage("migrate", "--verbosity", "0").returncode == 0
        key = full.key("billing")
        with full.serve() as server:

            def asked(presented: str) -> int:
                bearer = {"Authorization": f"Bearer {presented}"}
                return server.ask("GET", "/auth/verify/", headers=bearer).status

            assert [asked(key) for _ in range(8)] == 8 * [200]
            time.sleep(1.5)  # Its last use is written down.
            disk.fill()
            assert failing(server) == ["disk"]
            assert (asked(key), asked(key[:-1])) == (200, 401)


def test_whoever_stops_is_not_ready_and_answers_what_is_open(site: Site) -> None:
    with site.serve() as server:
        live, ready = connect(server), connect(server)
        for connection, name in ((live, b"live"), (ready, b"ready")):
            connection.sendall(b"GET /health/%b HTTP/1.1\r\nHost: a\r\n" % name)
        time.sleep(0.5)
        server.process.terminate()
        time.sleep(0.5)
        heard = {}
        for connection, name in ((live, "live"), (ready, "ready")):
            connection.sendall(b"\r\n")
            received = b"".join(iter(lambda connection=connection: connection.recv(4096), b""))
            connection.close()
            assert b"\r\nConnection: close\r\n" in received
            head, _, body = received.partition(b"\r\n\r\n")
            heard[name] = (int(head.split()[1]), json.loads(body))
        assert heard == {
            "live": (200, {"status": "ok"}),
            "ready": (503, {"status": "stopping", "checks": {}}),
        }
        assert server.process.wait(15) == 0


def test_live_needs_no_page(site: Site) -> None:
    """With all threads for pages taken, and one thread for keys."""
    with site.with_settings(WEB_THREADS="1").serve() as server:
        waiting: list[socket.socket] = []
        for _ in range(8):
            waiting.append(connect(server))
            waiting[-1].sendall(
                b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nExpect: 100-continue\r\n"
                b"Cookie: csrftoken=" + 32 * b"a" + b"\r\n"
                b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n\r\n"
            )
        time.sleep(0.3)
        began = time.monotonic()
        assert (probe(server, "/health/live").status, probe(server).status) == (200, 200)
        assert time.monotonic() - began < 1
        for connection in waiting:
            connection.close()
