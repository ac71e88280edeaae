"""A disk that is full, or a file that was cut short, costs what cannot be counted then, and no worker."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.disks import Disk, small_disk
from tests.server.servers import Server, Site
from tests.server.test_connections import children

FORGED = f"ica_{51 * 'A'}"
GATE = "/auth/verify/?dialect=caddy"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with small_disk(tmp_path / "disk") as mounted:
        yield mounted


@pytest.fixture
def counting(own_site: Site, disk: Disk) -> Site:
    return own_site.with_settings(
        COUNTER_FILE=f"{disk.folder}/counters", BAD_KEY_LIMIT="3/hour", LOG_LEVEL="INFO"
    )


def ask(server: Server, key: str) -> int:
    return server.ask("GET", GATE, headers={"Authorization": f"Bearer {key}"}).status


def limited_key(site: Site, rate: str) -> str:
    key = site.key("limited")
    assert site.manage("limit_access_key", "limited", "--rate", rate).returncode == 0
    return key


def workers_of(server: Server) -> list[int]:
    """Its processes that answer, once one of them has."""
    assert server.ask("GET", GATE).status == 401
    return children(server.process.pid)


def told(server: Server, what: str) -> list[str]:
    return [line for line in server.log.read_text().splitlines() if what in line]


def test_counting_goes_on_where_the_disk_is_full(counting: Site, disk: Disk) -> None:
    key, limited = counting.key("billing"), limited_key(counting, "2/hour")
    with counting.serve() as server:
        workers = workers_of(server)
        disk.fill()
        assert [ask(server, FORGED) for _ in range(4)] == [401, 401, 401, 429]
        assert [ask(server, limited) for _ in range(3)] == [200, 200, 429]
        assert [ask(server, key) for _ in range(3)] == [200, 200, 200]
        end = time.monotonic() + 10
        while not told(server, "Decisions are not counted") and time.monotonic() < end:
            time.sleep(0.2)
        time.sleep(1.5)  # It is tried once more, and not told once more.
        assert len(told(server, "Decisions are not counted: [Errno 28]")) == 1
        assert children(server.process.pid) == workers
        disk.free()
        prometheus = counting.key("prometheus", "--scope=access_keys:metrics")
        answer = server.ask("GET", "/metrics/", headers={"Authorization": f"Bearer {prometheus}"})
    # Nothing that was counted meanwhile is lost.
    text = answer.body.decode()
    assert 'access_keys_decisions_total{door="gate",outcome="accepted",reason=""} 5.0\n' in text
    assert 'access_keys_decisions_total{door="gate",outcome="refused",reason="forged"} 3.0\n' in text


@pytest.mark.parametrize("is_full", [True, False], ids=["full", "with room"])
def test_a_file_that_is_cut_short_under_a_running_server(counting: Site, disk: Disk, is_full: bool) -> None:
    key, limited = counting.key("billing"), limited_key(counting, "2/hour")
    with counting.serve() as server:
        workers = workers_of(server)
        assert [ask(server, limited), ask(server, FORGED), ask(server, key)] == [200, 401, 200]
        time.sleep(1.5)
        for file in ("counters", "counters.decisions"):
            os.truncate(disk.folder / file, 0)
        if is_full:
            disk.fill()
        forged = [ask(server, FORGED) for _ in range(6)]
        answer = server.ask("GET", GATE, headers={"Authorization": f"Bearer {limited}"})
        assert ask(server, key) == 200
        assert children(server.process.pid) == workers
        if is_full:  # What has a limit waits, and everything else is decided as ever.
            assert forged == 6 * [401]
            assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
            assert len(told(server, "Rate limits cannot be counted: [Errno 28]")) == 1
            disk.free()
        else:
            assert forged == [401, 401, 401, 429, 429, 429]
            assert answer.status == 200
        assert ask(server, limited) == 200
        assert not told(server, "Traceback")


def test_a_server_does_not_start_where_there_is_no_room_to_count(counting: Site, disk: Disk) -> None:
    disk.fill()
    code, said = counting.refuse_to_serve()
    assert code == 1
    assert re.fullmatch(
        r"Not started: The file of COUNTER_FILE cannot be written by the account \w+: "
        r"No space left on device. Make room there.",
        said.splitlines()[-1],
    )
    disk.free()
    with counting.serve() as server:
        assert server.ask("GET", GATE).status == 401


def test_what_was_counted_outlives_a_stop(counting: Site) -> None:
    key = counting.key("prometheus", "--scope=access_keys:metrics")
    for number in range(1, 3):
        with counting.serve() as server:
            answer = server.ask("GET", "/metrics/", headers={"Authorization": f"Bearer {key}"})
            assert f'door="api",outcome="accepted",reason=""}} {number}.0\n' in answer.body.decode()
            server.stop()  # Before a second is over.
