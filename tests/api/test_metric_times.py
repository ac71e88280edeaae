"""How long decisions take, and what failed meanwhile, as Prometheus reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from accesskeys import verification
from accesskeys.core.exceptions import CountersUnavailable
from accesskeys.verification import metrics, rate_limits
from accesskeys.verification.tally import CELLS
from tests.api.exposed import families
from tests.clients import anybody, consumer
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import database_away

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_tally")]


def times(door: str) -> dict[str, float]:
    """The histogram of a door: its bounds, its count and its sum."""
    family = families()["access_keys_decision_seconds"]
    assert family.type == "histogram"
    return {
        sample.labels.get("le", sample.name.rpartition("_")[2]): sample.value
        for sample in family.samples
        if sample.labels["door"] == door
    }


def errors() -> dict[str, float]:
    return {part: families()[f"access_keys_{part}_errors"].samples[0].value for part in metrics.ERRORS}


@pytest.mark.parametrize(
    ("seconds", "bound"),
    [(0, "0.0005"), (0.0005, "0.0005"), (0.0005001, "0.001"), (0.2, "0.25"), (2.5, "2.5"), (7, "+Inf")],
)
def test_a_decision_is_in_the_bucket_of_its_time(
    monkeypatch: pytest.MonkeyPatch, seconds: float, bound: str
) -> None:
    moments = iter([1_000, 1_000 + round(seconds * 1_000_000_000)])
    monkeypatch.setattr(metrics, "_now", lambda: next(moments))
    with metrics.counting("gate"):
        pass
    bounds = [*(str(each) for each in metrics.BOUNDS), "+Inf"]
    counts = {each: float(bounds.index(each) >= bounds.index(bound)) for each in bounds}
    told = times("gate")
    assert told.pop("sum") == pytest.approx(seconds, abs=1e-6)
    assert told == counts | {"count": 1}
    assert set(times("api").values()) == {0}


def test_each_door_times_its_own() -> None:
    client = consumer(AccessKeyFactory())
    client.get("/auth/verify/")
    client.get("/api/v1/ping/")
    anybody().get("/api/v1/ping/")
    assert [times(door)["count"] for door in metrics.DOORS] == [2, 1, 0]
    assert 0 < times("gate")["sum"] < 1


def test_decisions_in_decisions_have_times_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([0, 0, 1_000_000_000, 2_000_000_000])
    monkeypatch.setattr(metrics, "_now", lambda: next(moments))
    with metrics.counting("api"), metrics.counting("api"):
        pass
    told = times("api")
    assert (told["1.0"], told["2.5"], told["sum"]) == (1, 2, 3)


def test_a_database_that_fails_is_counted_where_it_was_asked() -> None:
    client = consumer(AccessKeyFactory())
    with database_away():
        assert client.get("/auth/verify/").status_code == 503
    assert errors() == {"database": 1, "counters": 0, "standby": 0}


def test_counters_that_fail(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    access_key = AccessKeyFactory(rate_limit="1/hour")
    settings.ACCESS_KEYS_COUNTER_FILE = tmp_path / "file" / "counters"
    with pytest.raises(CountersUnavailable):
        rate_limits.window_of(access_key)
    with pytest.raises(CountersUnavailable):
        verification.authenticate(key_of(access_key))
    assert metrics._tally._counts[metrics._OF_NO_DOOR :][: len(metrics.ERRORS)] == [0, 2, 0]


def test_the_cells_of_a_file_that_outlives_an_upgrade() -> None:
    """Nothing of this may change, and no door has more than 16 endings."""
    assert [metrics._CELLS[door][1] for door in metrics.DOORS] == [16, 48, 80]
    assert (metrics._TOGETHER, metrics._OF_NO_DOOR, CELLS) == (29, 96, 128)
    assert len(metrics.ENDINGS) <= metrics._TIMES
    assert metrics.BOUNDS == (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
    assert metrics.ERRORS == ("database", "counters", "standby")


def test_what_cannot_be_written_down_is_told_once(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    settings.ACCESS_KEYS_COUNTER_FILE = tmp_path / "file" / "counters"
    metrics.count_error("counters")
    for _ in range(2):
        metrics.write_down()
    told = [record.message for record in caplog.records if record.name == "accesskeys.metrics"]
    assert told == [f"Decisions are not counted: [Errno 17] File exists: '{tmp_path}/file'"]
