"""The revocation drill against four worker processes, while other programs keep them busy."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.server.servers import Server, Site

ROUNDS = 200
WORKERS = 4
CONNECTIONS = 2  # to each address; they are new in each round, so all workers meet them


@pytest.fixture(scope="module")
def four_workers(site: Site) -> Iterator[Server]:
    with site.with_settings(WEB_CONCURRENCY=str(WORKERS), LOG_LEVEL="WARNING").serve() as running:
        yield running


@contextmanager
def load(server: Server, key: str) -> Iterator[list[int]]:
    """Another program that goes on using its own key."""
    statuses: list[int] = []
    stop = threading.Event()

    def use() -> None:
        while not stop.wait(0.01):
            statuses.append(server.call("GET", "ping/", key).status)

    threads = [threading.Thread(target=use) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def seconds_of_work(server: Server) -> dict[str, float]:
    """The processor time that each worker process has used."""
    parent = server.process.pid
    used = {}
    for worker in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        fields = Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()
        used[worker] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return used


def test_no_worker_accepts_a_revoked_key_under_load(site: Site, four_workers: Server) -> None:
    address = f"http://127.0.0.1:{four_workers.port}"
    with load(four_workers, site.key("drilled_under_load")) as statuses:
        done = site.manage(
            "revocation_drill",
            f"--url={address}/api/v1/ping/",
            f"--url={address}/auth/verify/",
            f"--rounds={ROUNDS}",
            f"--connections={CONNECTIONS}",
            "--json",
        )
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    assert report["rounds"] == ROUNDS
    for url in report["urls"]:
        assert url["accepted_after_revoke"] == 0
        # On each connection, in each round: three good answers before the revoke, and three refusals after it.
        assert url["requests_after_revoke"] >= ROUNDS * CONNECTIONS * 3
        assert url["requests"] - url["requests_after_revoke"] >= ROUNDS * CONNECTIONS * 3
        assert 0 <= url["first_refusal_ms"]["median"] <= url["first_refusal_ms"]["longest"]
    assert set(statuses) == {200}
    work = seconds_of_work(four_workers)
    assert len(work) == WORKERS
    # Each had a share of it, on a machine of any speed.
    assert min(work.values()) > sum(work.values()) / WORKERS / 5, work
    assert "revocation_drill" not in site.manage("list_access_keys").stdout
