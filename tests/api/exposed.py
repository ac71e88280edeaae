"""What Prometheus reads."""

from __future__ import annotations

from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as plain

from accesskeys.api import exposition


def families() -> dict[str, Metric]:
    """By name; the same in both formats."""
    both = [
        {family.name: family for family in parse(exposition.text(kind).decode())}
        for parse, kind in ((plain, exposition.TEXT), (openmetrics, exposition.OPENMETRICS))
    ]
    assert list(both[0]) == list(both[1])
    return both[0]
