"""A real Prometheus scrapes a real server, as deploy/monitoring says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from tests.monitoring.prometheus import MONITORING, Prometheus, configured, running
from tests.server.servers import Server, Site, new_site

DASHBOARD = json.loads((MONITORING / "dashboard.json").read_text())
QUERIES = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
# What backups and housekeeping tell, once there was one.
LATER = ("identity_cloud_last_",)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with new_site(tmp_path_factory.mktemp("site")) as installed:
        yield installed


@pytest.fixture(scope="module")
def server(site: Site) -> Iterator[Server]:
    with site.with_settings(WEB_CONCURRENCY="2").serve() as running_server:
        yield running_server


@pytest.fixture(scope="module")
def key(site: Site) -> str:
    return site.key("prometheus", "--scope", "access_keys:metrics")


@pytest.fixture(scope="module")
def prometheus(server: Server, key: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    folder = tmp_path_factory.mktemp("prometheus")
    with running(configured(folder, key, f"127.0.0.1:{server.port}")) as scraping:
        scraping.wait_for('up{job="identity_cloud"} == 1')
        yield scraping


def test_what_was_counted_arrives(prometheus: Prometheus, server: Server, key: str) -> None:
    for _ in range(20):
        assert server.ask("GET", "/auth/verify/", headers={"Authorization": f"Bearer {key}"}).status == 200
        assert (
            server.ask("GET", "/auth/verify/", headers={"Authorization": f"Bearer ica_{'A' * 51}"}).status
            == 401
        )
    for outcome in ("accepted", "refused"):
        name = f'access_keys_decisions_total{{door="gate",outcome="{outcome}"}}'
        assert set(prometheus.wait_for(f"sum({name}) == 20").values()) == {20}
    assert set(
        prometheus.wait_for('sum(access_keys_decision_seconds_count{door="gate"}) == 40').values()
    ) == {40}
    [median] = prometheus.query(
        'histogram_quantile(0.5, sum by (le) (access_keys_decision_seconds_bucket{door="gate"}))'
    ).values()
    assert 0 < median < 2.5
    assert set(prometheus.query("identity_cloud_ready").values()) == {1}
    assert prometheus.query("count(identity_cloud_build_info)") == {"": 1}
    assert prometheus.query('access_keys_master_key_rows{master_key="k1"}')


def test_it_asks_for_openmetrics_and_gets_it(prometheus: Prometheus) -> None:
    """Only there is a type of its own for what has no unit."""
    [target] = prometheus.ask("targets")["activeTargets"]
    assert (target["health"], target["lastError"]) == ("up", "")
    kinds = {each["metric"]: each["type"] for each in prometheus.ask("targets/metadata")}
    assert (
        kinds["access_keys_decisions"] == "counter"
    )  # Without _total, which the text format would leave there.
    assert kinds["access_keys_decision_seconds"] == "histogram"


def test_every_rule_is_evaluated_and_none_fires(prometheus: Prometheus) -> None:
    prometheus.wait_for("identity_cloud_ready")
    [group] = prometheus.ask("rules")["groups"]
    assert {rule["name"]: rule.get("lastError", "") for rule in group["rules"]} == dict.fromkeys(
        (rule["name"] for rule in group["rules"]), ""
    )
    firing = prometheus.query('ALERTS{alertstate="firing"}')
    assert not [alert for alert in firing if "NotReady" in alert or "Away" in alert]


@pytest.mark.parametrize("query", QUERIES)
def test_every_panel_asks_something(prometheus: Prometheus, query: str) -> None:
    asked = query.replace("$__rate_interval", "1m").replace("$instance", ".*")
    prometheus.query(asked)  # Raises where it cannot be read.
    if not any(name in query for name in LATER):
        assert "> 0" in query or prometheus.wait_for(asked)


def test_the_documentation_has_a_row_for_each_metric(prometheus: Prometheus) -> None:
    text = (MONITORING.parents[1] / "docs" / "monitoring.md").read_text()
    documented = set(re.findall(r"^\| `((?:access_keys|identity_cloud)_\w+)", text, re.MULTILINE))
    prometheus.wait_for("identity_cloud_ready")
    told = {each["metric"] for each in prometheus.ask("targets/metadata")}
    totals = {name.removesuffix("_total") for name in documented}
    assert {name for name in totals ^ told if not name.startswith(LATER)} == set()
