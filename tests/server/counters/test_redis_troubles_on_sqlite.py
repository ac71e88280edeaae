"""A Redis with a password and TLS that hangs, ends, is flushed, filled, demoted, or told another password."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis

from tests.redis_servers import RedisServer
from tests.server.counting import NOT_COUNTED, at_the_gate, counting_in, limited_key, sign_in
from tests.server.servers import Server, new_site
from tools.ports import free_port

PASSWORD, ANOTHER = "hunter2", "hunter3"
LIMIT = 5
PAUSE = 1.1  # seconds, after which one that was away is asked again
MAKE_CERTIFICATE = (
    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost "
    "-addext subjectAltName=DNS:localhost"
)


class Guarded(RedisServer):
    """One that wants a password, and shows a certificate."""

    certificate: Path

    @property
    def url(self) -> str:
        return f"rediss://:{PASSWORD}@localhost:{self.port}/0?ssl_ca_certs={self.certificate}"

    def client(self) -> redis.Redis:
        return redis.Redis(
            "localhost", self.port, password=PASSWORD, ssl=True, ssl_ca_certs=str(self.certificate)
        )

    def tell(self, *command: str) -> None:
        """Have it do this."""
        self.client().execute_command(*command)


@dataclass(frozen=True)
class House:
    """A server that counts in it, and two keys: the second has a limit, and passes only where that is counted."""

    server: Server
    key: str
    limited: str
    redis: Guarded

    def counts(self) -> None:
        """All goes its way."""
        passing = [at_the_gate(self.server, each).status for each in (self.limited, self.key)]
        assert passing == [200, 200]
        assert sign_in(self.server).status == 302

    def has_told(self, why: str) -> None:
        """In its log."""
        lines = [line for line in self.server.log.read_text().splitlines() if why in line]
        assert any("Rate limits cannot be counted" in line for line in lines)

    def refuses(self) -> None:
        """What cannot be counted is refused, and whoever signs in hears why; all others pass."""
        refused = at_the_gate(self.server, self.limited)
        assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
        assert at_the_gate(self.server, self.key).status == 200
        attempt = sign_in(self.server)
        assert (attempt.status, NOT_COUNTED in attempt.body) == (503, True)
        assert not any("sessionid" in cookie for cookie in attempt.cookies)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("redis")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    made = [*MAKE_CERTIFICATE.split(), "-keyout", key, "-out", certificate]
    subprocess.run(made, check=True, capture_output=True)
    port = free_port()
    tls = ("--tls-port", str(port), "--port", "0", "--tls-auth-clients", "no")
    files = ("--tls-cert-file", str(certificate), "--tls-key-file", str(key))
    server = Guarded(folder, (*tls, *files, "--requirepass", PASSWORD), port)
    server.certificate = certificate
    server.start()
    yield server
    server.resume()
    server.kill()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, guarded: Guarded) -> Iterator[House]:
    with new_site(tmp_path_factory.mktemp("site")) as installed:
        site = counting_in(installed, guarded.url)
        key, limited = site.key("billing"), limited_key(site, f"{LIMIT}/hour")
        with site.serve() as server:
            yield House(server, key, limited, guarded)


@pytest.fixture(autouse=True)
def _counted_anew(house: House) -> Iterator[None]:
    house.redis.tell("FLUSHALL")
    yield
    said = house.server.log.read_text()
    assert not any(word in said for word in (PASSWORD, ANOTHER, "Traceback"))


# How each begins and ends, and what the log says of it, once a minute.
TROUBLES: dict[str, tuple[Callable[[Guarded], None], Callable[[Guarded], None], str]] = {
    "hangs": (Guarded.pause, Guarded.resume, "Timeout"),
    "ends": (Guarded.kill, Guarded.start, "Connection refused"),
    "is full": (
        lambda redis: redis.tell("CONFIG", "SET", "maxmemory", "1"),
        lambda redis: redis.tell("CONFIG", "SET", "maxmemory", "0"),
        "maxmemory",
    ),
    "is demoted": (
        lambda redis: redis.tell("REPLICAOF", "127.0.0.1", "1"),
        lambda redis: redis.tell("REPLICAOF", "NO", "ONE"),
        "read only replica",
    ),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_what_cannot_be_counted_is_refused(house: House, trouble: str) -> None:
    begin, end, told = TROUBLES[trouble]
    house.counts()
    begin(house.redis)
    house.refuses()
    end(house.redis)
    time.sleep(PAUSE)
    house.counts()
    house.has_told(told)


def test_another_password(house: House) -> None:
    """Redis refuses whoever connects anew."""
    house.counts()
    client = house.redis.client()
    client.execute_command("CONFIG", "SET", "requirepass", ANOTHER)
    client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    house.refuses()
    client.execute_command("CONFIG", "SET", "requirepass", PASSWORD)
    time.sleep(PAUSE)
    house.counts()
    house.has_told("invalid username-password pair")


def test_one_that_is_flushed_begins_to_count_anew_and_no_limit_is_off(house: House) -> None:
    for _ in range(2):
        passed = [at_the_gate(house.server, house.limited).status for _ in range(LIMIT + 2)]
        assert passed == [200] * LIMIT + [429] * 2
        assert [b"Too many" in sign_in(house.server, "wrong").body for _ in range(6)] == [False] * 5 + [True]
        assert b"Too many" in sign_in(house.server).body
        house.redis.tell("FLUSHALL")
    assert sign_in(house.server).status == 302
