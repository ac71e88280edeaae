"""What Prometheus is told: decisions, and gauges that whoever knows a number has registered.

No label ever holds a key, a name or an address.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import accumulate
from typing import Final, NamedTuple

from prometheus_client import CollectorRegistry, exposition
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import exposition as openmetrics

from accesskeys.core import once
from accesskeys.verification import metrics

logger = logging.getLogger("accesskeys.metrics")

TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS: Final = "application/openmetrics-text; version=1.0.0; charset=utf-8"

Value = float | None | Mapping[str, float] | Mapping[tuple[str, ...], float]


class Gauge(NamedTuple):
    """A number that somebody knows, or several by their labels. None: nobody knows."""

    name: str
    help: str
    read: Callable[[], Value]
    labels: Sequence[str] = ()


_GAUGES: dict[str, Gauge] = {}


def gauge(name: str, help_: str, read: Callable[[], Value], *, label: str = "") -> None:
    """Let ``read`` be asked with each scrape. A database that fails is 503; an OSError costs this number."""
    _GAUGES[name] = Gauge(name, help_, read, [label] if label else [])


def moment(name: str, help_: str, read: Callable[[], datetime | None]) -> None:
    """Let Prometheus be told when something was last done, in seconds since 1970; nothing where it never was."""
    gauge(name, help_, lambda: at.timestamp() if (at := read()) else None)


def info(name: str, help_: str, facts: Mapping[str, str]) -> None:
    """Let Prometheus be told facts that stay as they are, as labels of a one."""
    values = {tuple(facts.values()): 1.0}
    _GAUGES[name] = Gauge(name, help_, lambda: values, list(facts))


def text(media_type: str = TEXT) -> bytes:
    """All metrics, in one of the two formats."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector())
    return (openmetrics.generate_latest if media_type == OPENMETRICS else exposition.generate_latest)(
        registry
    )


class _Collector:
    def describe(self) -> Iterable[Metric]:
        """Nothing: Prometheus's registry would ask the database."""
        return ()

    def collect(self) -> Iterator[Metric]:
        sums = metrics.sums()
        yield from _counted(sums) if sums else ()
        for each in _GAUGES.values():
            yield _family(each)


def _counted(sums: metrics.Sums) -> Iterator[Metric]:
    decisions = CounterMetricFamily(
        "access_keys_decisions", "Decisions about presented keys.", labels=["door", "outcome", "reason"]
    )
    for *labels, number in sums.decisions:
        decisions.add_metric(labels, number)
    yield decisions
    times = HistogramMetricFamily(
        "access_keys_decision_seconds", "How long decisions about presented keys took.", labels=["door"]
    )
    for door in metrics.DOORS:
        buckets, seconds = sums.times(door)
        bounds = (*(str(bound) for bound in metrics.BOUNDS), "+Inf")
        times.add_metric([door], list(zip(bounds, accumulate(buckets), strict=True)), seconds)
    yield times
    for part, help_ in _ERRORS.items():
        family = CounterMetricFamily(f"access_keys_{part}_errors", help_)
        family.add_metric([], sums.errors(part))
        yield family


_ERRORS = {
    "database": "Decisions that the database was asked for, and did not answer.",
    "counters": "Counts for rate limits that could not be made or read.",
    "standby": "Times that the replica was asked or called in vain, and the primary had to answer.",
}


def _family(each: Gauge) -> Metric:
    family = GaugeMetricFamily(each.name, each.help, labels=each.labels)
    try:
        value = each.read()
    except OSError as error:  # No number: Prometheus can tell it from zero.
        if once.a_minute(each.name, error):
            logger.error("A number for Prometheus is not known: %s: %s", each.name, error.strerror)
        return family
    if isinstance(value, Mapping):
        for labels, number in value.items():
            family.add_metric([labels] if isinstance(labels, str) else labels, number)
    elif value is not None:
        family.add_metric([], value)
    return family
