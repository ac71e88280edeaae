"""A Redis that can never count stops the start; one that is away is said, and waited for by nobody."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.redis_servers import RedisServer
from tests.server.servers import Site
from tools.ports import free_port

GATE = "/auth/verify/?dialect=caddy"

Start = Callable[..., RedisServer]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a Redis with these options."""
    started: list[RedisServer] = []

    def start(*options: str) -> RedisServer:
        server = RedisServer(tmp_path, options)
        started.append(server)
        server.start()
        return server

    yield start
    for server in started:
        server.kill()


def refused(site: Site, url: str) -> str:
    """The sentence that a server ends with."""
    code, said = site.with_settings(CACHE_URL=url, LOG_LEVEL="INFO").refuse_to_serve()
    assert code == 1, said
    assert "Traceback" not in said
    assert "hunter" not in said
    return said.strip().splitlines()[-1].removeprefix("Not started: The Redis of CACHE_URL ")


@pytest.mark.parametrize("login", ["", ":hunter3@", "hunter3:hunter2@"])
def test_credentials_that_are_wrong(site: Site, start: Start, login: str) -> None:
    server = start("--requirepass", "hunter2")
    assert refused(site, f"redis://{login}127.0.0.1:{server.port}/0") == "refuses the user or the password."


def test_a_database_that_is_not_there(site: Site, start: Start) -> None:
    server = start("--requirepass", "hunter2")
    assert refused(site, f"redis://:hunter2@127.0.0.1:{server.port}/77") == "has no database of that number."


def test_a_user_that_may_not_count(site: Site, start: Start) -> None:
    server = start()
    server.client().execute_command(
        *["ACL", "SETUSER", "hunter3", "on", ">hunter2", "~*", "+@read", "+@connection"]
    )
    assert refused(site, f"redis://hunter3:hunter2@127.0.0.1:{server.port}/0").startswith(
        "does not let its user count."
    )


def test_a_replica(site: Site, start: Start) -> None:
    first = start()
    server = start("--replicaof", "127.0.0.1", str(first.port))
    assert refused(site, server.url) == "is a replica, which cannot be written."


def test_a_certificate_that_is_not_trusted(site: Site, start: Start, tmp_path: Path) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    making = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    subprocess.run([*making.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    tls = free_port()
    start(
        *("--tls-port", str(tls), "--tls-cert-file", str(certificate), "--tls-key-file", str(key)),
        *("--tls-auth-clients", "no"),
    )
    assert refused(site, f"rediss://127.0.0.1:{tls}/0").startswith("shows a certificate that is not trusted")


def test_one_that_is_away_is_said_and_comes_back(site: Site, tmp_path: Path) -> None:
    redis = RedisServer(tmp_path)
    named = site.with_settings(CACHE_URL=redis.url, LOG_LEVEL="INFO")
    key, limited = named.key("away"), named.key("away_limited")
    assert named.manage("limit_access_key", "away_limited", "--rate", "1/hour").returncode == 0
    with named.serve() as server:
        (line,) = [line for line in server.log.read_text().splitlines() if "CACHE_URL" in line]
        assert (
            "WARNING identity_cloud.readiness: The Redis of CACHE_URL cannot count (ConnectionError)." in line
        )
        asked = [
            server.ask("GET", GATE, headers={"Authorization": f"Bearer {each}"}).status
            for each in (key, limited)
        ]
        assert asked == [200, 503]
        redis.start()
        try:
            asked = [
                server.ask("GET", GATE, headers={"Authorization": f"Bearer {limited}"}).status
                for _ in range(2)
            ]
        finally:
            redis.kill()
        assert asked == [200, 429]


def test_one_that_counts_is_not_spoken_of(site: Site, start: Start) -> None:
    redis = start("--requirepass", "hunter2")
    named = site.with_settings(CACHE_URL=f"redis://:hunter2@127.0.0.1:{redis.port}/3", LOG_LEVEL="INFO")
    with named.serve() as server:
        assert server.ask("GET", GATE).status == 401
        assert "CACHE_URL" not in server.log.read_text()
