"""PostgreSQL that is paused, or behind a network that swallows packets: every answer comes in time, and says 503."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from tests.line import line_to_the_cluster
from tests.server.clusters import paused
from tests.server.servers import Server, Site, new_site
from tests.server.test_held_up import AT_MOST, all_at_once, table_held

SILENT = 5  # seconds


@pytest.fixture
def own_cluster(monkeypatch: pytest.MonkeyPatch) -> int:
    """The process of a PostgreSQL that other tests do not need."""
    from tests.postgres import start

    address = start()
    assert address is not None
    monkeypatch.setenv("TEST_DATABASE_URL", address)
    folder = Path(parse_qs(urlsplit(address).query)["host"][0])
    return int((folder / "data" / "postmaster.pid").read_text().split()[0])


def nobody_waits_long(server: Server, keys: list[str]) -> None:
    end = time.monotonic() + SILENT
    heard: list[tuple[int, float]] = []
    while time.monotonic() < end:
        heard += all_at_once(server, keys)
    assert {status for status, _ in heard} == {503}
    assert max(seconds for _, seconds in heard) < AT_MOST
    assert len(heard) > 2 * len(keys)


def test_a_paused_one(own_cluster: int, tmp_path: Path) -> None:
    with new_site(tmp_path) as site:
        keys = [site.key(f"key_{number}") for number in range(2)] * 4
        with site.serve() as server:
            with paused(own_cluster):  # Before the first connection is opened.
                nobody_waits_long(server, keys)
            time.sleep(1.1)
            assert {status for status, _ in all_at_once(server, keys[:1]) + all_at_once(server, keys)} == {
                200
            }
            with paused(own_cluster):
                nobody_waits_long(server, keys)
            time.sleep(1.1)
            assert {status for status, _ in all_at_once(server, keys[:1]) + all_at_once(server, keys)} == {
                200
            }


def test_a_network_that_swallows_everything(tmp_path: Path) -> None:
    with line_to_the_cluster() as line, new_site(tmp_path) as site:
        keys = [site.key(f"key_{number}") for number in range(2)] * 4
        name = urlsplit(site.environment["DATABASE_URL"]).path
        far = site.with_settings(DATABASE_URL=f"postgres://postgres@127.0.0.1:{line.port}{name}")
        with far.serve() as server:
            assert {status for status, _ in all_at_once(server, keys)} == {200}
            line.go_silent()
            nobody_waits_long(server, keys)
            line.speak()
            time.sleep(1.1)
            assert {status for status, _ in all_at_once(server, keys[:1]) + all_at_once(server, keys)} == {
                200
            }


def test_what_nobody_waits_for_any_more_does_not_stay_behind(own_site: Site) -> None:
    """While a lock is held for minutes, statements that wait for it would take all connections there are."""
    keys = [own_site.key("key")] * 8
    with own_site.serve() as server:
        all_at_once(server, keys)
        with table_held(own_site, "LOCK TABLE accesskeys_accesskey IN ACCESS EXCLUSIVE MODE"):
            for _ in range(3):
                all_at_once(server, keys)
            time.sleep(2.5)
            with psycopg.connect(own_site.environment["DATABASE_URL"]) as connection:
                waiting = connection.execute(
                    "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
                ).fetchall()
            assert waiting == []
