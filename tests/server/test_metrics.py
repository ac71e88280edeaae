"""One machine, several processes, one set of numbers."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.server.servers import Server, Site, new_site


@pytest.fixture
def own_site(tmp_path: Path) -> Iterator[Site]:
    with new_site(tmp_path) as installed:
        yield installed


def decisions(server: Server, key: str) -> Counter[tuple[str, str]]:
    """Decisions at the gate, by outcome and reason, as this server tells them."""
    answer = server.ask("GET", "/metrics/", headers={"Authorization": f"Bearer {key}"})
    assert answer.status == 200
    (family,) = (
        family
        for family in text_string_to_metric_families(answer.body.decode())
        if family.name == "access_keys_decisions"
    )
    return Counter(
        {
            (sample.labels["outcome"], sample.labels["reason"]): int(sample.value)
            for sample in family.samples
            if sample.labels["door"] == "gate" and sample.value
        }
    )


def asked_until(expected: list[Counter[tuple[str, str]]], ask: Callable[[], list[Any]]) -> list[Any]:
    """The last answers: a process writes down once a second what it has counted."""
    end = time.monotonic() + 10
    while (answers := ask()) != expected and time.monotonic() < end:
        time.sleep(0.2)
    return answers


def test_processes_add_up_and_a_restart_forgets_nothing(own_site: Site) -> None:
    key = own_site.key("prometheus", "--scope", "access_keys:metrics")
    good, forged = {"Authorization": f"Bearer {key}"}, {"Authorization": f"Bearer ica_{'A' * 51}"}
    expected = Counter({("accepted", ""): 10, ("refused", "forged"): 4, ("refused", "absent"): 2})
    with own_site.serve() as first, own_site.serve() as second:
        for server in (first, second):
            for headers, times in ((good, 5), (forged, 2), ({}, 1)):
                for _ in range(times):
                    server.ask("GET", "/auth/verify/", headers=headers)
        sums = [expected, expected]
        assert asked_until(sums, lambda: [decisions(first, key), decisions(second, key)]) == sums
    with own_site.serve() as restarted:
        assert decisions(restarted, key) == expected


def test_so_do_the_workers_of_one_server(own_site: Site) -> None:
    key = own_site.key("prometheus", "--scope", "access_keys:metrics")
    with own_site.with_settings(WEB_CONCURRENCY="2", WEB_THREADS="1").serve() as server:
        for _ in range(40):
            server.ask("GET", "/auth/verify/", headers={"Authorization": f"Bearer {key}"})
        sums = 6 * [Counter({("accepted", ""): 40})]
        assert asked_until(sums, lambda: [decisions(server, key) for _ in range(6)]) == sums
