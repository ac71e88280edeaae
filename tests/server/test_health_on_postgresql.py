"""A PostgreSQL that hangs, ends, or only reads, as probes hear of it; and what a flood of probes does meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tests.server.clusters import paused
from tests.server.servers import Server, new_site
from tests.server.test_health import failing, probe, told
from tests.server.test_silence_on_postgresql import own_cluster
from tests.server.two_databases import Pair, two_databases

__all__ = ["own_cluster"]

OF_THE_DATABASE = ["database", "migrations", "master_keys"]
AT_MOST = 2.0  # seconds


@pytest.fixture
def pair() -> Iterator[Pair]:
    with two_databases() as both:
        yield both


def timed_gate(server: Server) -> tuple[int, float]:
    began = time.monotonic()
    return server.ask("GET", "/auth/verify/").status, time.monotonic() - began


def test_one_that_hangs_while_probes_flood(own_cluster: int, tmp_path: Path) -> None:
    with new_site(tmp_path) as site, site.with_settings(LOG_LEVEL="INFO").serve() as server:
        assert failing(server) == []
        with paused(own_cluster):
            time.sleep(1.05)
            began = time.monotonic()
            assert probe(server).status == 503
            assert time.monotonic() - began < AT_MOST
            with ThreadPoolExecutor(32) as crowd:
                flood = [crowd.submit(lambda: probe(server).status) for _ in range(1500)]
                gate = [timed_gate(server) for _ in range(30)]
                assert {future.result() for future in flood} == {503}
            # Without a key the gate asks nobody: it answers as ever.
            assert {status for status, _ in gate} == {401}
            assert max(seconds for _, seconds in gate) < 1
            assert probe(server, "/health/live").status == 200
        time.sleep(2.5)
        failing(server)
        assert failing(server) == []
        first, *others, last = told(server)  # What is found of the others while it is going on is news.
        assert first.startswith("Not ready: Nothing was heard within 1.5 s of: database")
        assert all(
            line.startswith("Not ready: The database of DATABASE_URL cannot be reached: ") for line in others
        )
        assert last == "Ready again"


def test_one_that_ends_and_only_reads_and_comes_back(pair: Pair, tmp_path: Path) -> None:
    with new_site(tmp_path) as installed:
        site = installed.with_settings(DATABASE_URL=pair.url_of(pair.ports[0]), LOG_LEVEL="INFO")
        assert site.manage("migrate", "--verbosity", "0").returncode == 0
        with site.serve() as server:
            assert failing(server) == []
            pair.stop_primary()
            assert failing(server) == OF_THE_DATABASE
            pair.start_primary()
            failing(server)
            assert failing(server) == []
            with psycopg.connect(pair.url_of(pair.ports[0]), autocommit=True) as connection:
                connection.execute("ALTER SYSTEM SET default_transaction_read_only = on")
                connection.execute("SELECT pg_reload_conf()")
            assert failing(server) == ["database"]
            away, back, reads = told(server)
    assert away.startswith("Not ready: The database of DATABASE_URL cannot be reached: ")
    assert str(pair.ports[0]) not in away
    assert back == "Ready again"
    assert reads.endswith("a database that takes no writes: default_transaction_read_only is on.")
