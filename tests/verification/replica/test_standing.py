"""What probes, administrators and Prometheus are told of a standby: where it stands, and that the primary answers."""

from __future__ import annotations

import json

import pytest
from pytest_django import Settings

from accesskeys.api import gauges
from accesskeys.core import steady
from accesskeys.verification.replica import State, beating, looked_at, standing
from accesskeys.verification.replica.beating import Beating
from identity_cloud.health import answers, ready
from identity_cloud.health.disk import disk
from identity_cloud.health.findings import Finding
from identity_cloud.health.findings import State as OfFinding
from identity_cloud.health.ready import Readiness
from identity_cloud.health.replica import replica, replica_now
from tests.replicas import LEASE, Two

RECENT = "The replica is recent, and is asked about keys"
SILENT = "Nothing recent was heard of the replica"


@pytest.fixture
def own(both: Two, monkeypatch: pytest.MonkeyPatch) -> Beating:
    """What this process knows, by beats of the test alone."""
    own = beating.beating()
    monkeypatch.setattr(own, "begin", lambda: None)
    return own


def ended(own: Beating) -> Beating:
    """A lease later."""
    own.lease.recent = steady.seconds() - LEASE
    return own


def test_without_a_replica_nobody_hears_of_it(settings: Settings) -> None:
    settings.ACCESS_KEYS_REPLICA = None
    assert (standing(), looked_at()) == (None, None)
    assert [*replica(), *replica_now()] == []
    assert gauges._replica() == {}


def test_before_the_first_beat_it_is_not_asked(own: Beating) -> None:
    assert own.standing == (State.LAPSED, SILENT)


def test_one_that_is_recent(own: Beating) -> None:
    own._try()
    assert standing() == looked_at() == (State.LEASED, RECENT)
    assert [*replica()] == [*replica_now()] == [Finding("replica", told=RECENT)]


def test_the_first_who_asks_has_it_begin(both: Two) -> None:
    assert standing() == (State.LAPSED, SILENT)
    assert beating.beating()._thread is not None


def test_one_that_hangs_says_nothing_and_has_lapsed(own: Beating) -> None:
    own._try()
    assert ended(own).standing == (State.LAPSED, SILENT)


def test_one_that_is_away_is_unreachable_when_its_lease_is_over(both: Two, own: Beating) -> None:
    own._try()
    both.standby.stop()
    try:
        own._try()
        assert own.standing.state is State.LEASED
        assert ended(own).standing.state is State.UNREACHABLE
        (finding,) = replica_now()
    finally:
        both.standby.start()
    assert finding.state is OfFinding.WARNING
    assert finding.told.startswith("How recent the replica is cannot be found out: connection failed")


def test_one_that_lags_has_lapsed(both: Two, own: Beating) -> None:
    both.standby.execute("SELECT pg_wal_replay_pause()")
    try:
        own._try()
        assert own.standing == (State.LAPSED, "The replica lags, and is not asked until it has caught up")
    finally:
        both.standby.execute("SELECT pg_wal_replay_resume()")


def test_one_that_is_not_waited_for_has_to_be_seen_to(both: Two, own: Beating) -> None:
    own._try()
    both.wait_for("")
    own._try()
    assert own.standing.state is State.UNUSABLE
    (finding,) = replica_now()
    assert finding.state is OfFinding.WARNING
    assert finding.told.startswith("The replica is not asked. PostgreSQL does not wait for it")
    assert finding.told.endswith("all that it names. Meanwhile the primary is asked about keys.")


def test_a_server_that_falls_back_to_the_primary_is_ready(
    own: Beating, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ready, "ORDER", ("disk",))
    monkeypatch.setattr(ready, "REMEMBERED", 0.0)
    monkeypatch.setattr(answers, "READINESS", Readiness({replica: (), disk: ("disk",)}))

    def heard() -> tuple[int, object]:
        answer = answers.answer("/health/ready", "GET")
        return answer.status, json.loads(answer.body)

    assert heard() == (200, {"status": "ok", "checks": {"disk": "ok", "replica": "warning"}})
    own._try()
    assert heard() == (200, {"status": "ok", "checks": {"disk": "ok", "replica": "ok"}})


def test_prometheus_hears_of_one_state(own: Beating) -> None:
    assert gauges._replica() == {"leased": 0.0, "lapsed": 1.0, "unreachable": 0.0, "unusable": 0.0}
    own._try()
    assert gauges._replica() == {"leased": 1.0, "lapsed": 0.0, "unreachable": 0.0, "unusable": 0.0}


def test_a_primary_that_is_away_is_no_fault_of_the_replica(both: Two, own: Beating) -> None:
    both.primary.stop()
    try:
        own._try()
        assert own.standing.state is State.LAPSED
        assert own.standing.told.startswith("How recent the replica is cannot be found out: ")
    finally:
        both.primary.start()
