"""One machine, several processes, one set of numbers."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

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


A_WHILE = 2  # seconds, after which a process has written down what it counted.


def test_processes_add_up_and_a_restart_forgets_nothing(own_site: Site) -> None:
    key = own_site.key("prometheus", "--scope", "access_keys:metrics")
    good, forged = {"Authorization": f"Bearer {key}"}, {"Authorization": f"Bearer ica_{'A' * 51}"}
    expected = {("accepted", ""): 10, ("refused", "forged"): 4, ("refused", "absent"): 2}
    with own_site.serve() as first, own_site.serve() as second:
        for server in (first, second):
            for headers, times in ((good, 5), (forged, 2), ({}, 1)):
                for _ in range(times):
                    server.ask("GET", "/auth/verify/", headers=headers)
        time.sleep(A_WHILE)
        assert decisions(first, key) == decisions(second, key) == expected
    with own_site.serve() as restarted:
        assert decisions(restarted, key) == expected


def test_so_do_the_workers_of_one_server(own_site: Site) -> None:
    key = own_site.key("prometheus", "--scope", "access_keys:metrics")
    with own_site.with_settings(WEB_CONCURRENCY="2", WEB_THREADS="1").serve() as server:
        for _ in range(40):
            server.ask("GET", "/auth/verify/", headers={"Authorization": f"Bearer {key}"})
        time.sleep(A_WHILE)
        answers = [decisions(server, key) for _ in range(6)]
    assert answers == [{("accepted", ""): 40}] * 6
