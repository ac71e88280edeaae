"""A ``DATABASE_URL`` that names a primary and its standby: whichever of them writes is used."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.server.servers import Site, new_site
from tests.server.two_databases import Pair, two_databases

SOON = 5  # seconds


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with two_databases() as both:
        yield both


@pytest.fixture
def site(pair: Pair, tmp_path: Path) -> Iterator[Site]:
    with new_site(tmp_path) as installed:
        moved = installed.with_settings(DATABASE_URL=pair.url)
        migrated = moved.manage("migrate", "--verbosity", "0")
        assert migrated.returncode == 0, migrated.stderr
        yield moved


def wait_until(is_done: Callable[[], bool]) -> None:
    began = time.monotonic()
    while not is_done():
        assert time.monotonic() - began < SOON
        time.sleep(0.01)


def test_after_a_promotion_it_writes_again(site: Site, pair: Pair) -> None:
    """Without a restart, and with all that was answered before."""
    writer = site.key("writer", "--scope", "access_keys:write", "--scope", "access_keys:read")
    with site.serve() as server:
        for number in range(20):  # Until each thread has its connection.
            assert server.call("POST", "access-keys/", writer, name=f"before_{number}").status == 201
        pair.stop_primary()
        refused = server.call("POST", "access-keys/", writer, name="meanwhile")
        assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
        pair.promote_standby()
        wait_until(lambda: server.call("POST", "access-keys/", writer, name="after").status == 201)
        statuses = {server.call("POST", "access-keys/", writer, name=f"after_{n}").status for n in range(20)}
        assert statuses == {201}
        gate = {"Authorization": f"Bearer {writer}"}
        assert {server.ask("GET", "/auth/verify/", headers=gate).status for _ in range(20)} == {200}
        names = {
            access_key["name"]
            for access_key in server.call("GET", "access-keys/?page_size=100", writer).json["results"]
        }
    assert {f"before_{number}" for number in range(20)} | {"after"} <= names
    assert "meanwhile" not in names
