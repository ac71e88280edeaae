"""How recent a standby is, asked of a real one each second."""

from __future__ import annotations

import logging
import time

import pytest
from pytest_django import Settings

from accesskeys.core import steady
from accesskeys.models import Heartbeat
from accesskeys.verification.replica import beating as module
from accesskeys.verification.replica.beating import Beating, Unusable, beat, beating
from accesskeys.verification.replica.lease import Lease
from tests.replicas import LEASE, PRIMARY, Two


def test_a_beat_that_the_standby_shows_begins_the_lease(both: Two) -> None:
    lease = Lease(LEASE)
    before = steady.seconds()
    beat(lease)
    assert before <= lease.recent <= steady.seconds()
    assert lease.runs(steady.seconds())


def test_all_who_ask_count_on_from_one_another(both: Two) -> None:
    numbers = "SELECT number FROM accesskeys_heartbeat WHERE standby = 'beside'"
    beat(Lease(LEASE))
    (first,) = both.primary.execute(numbers)
    beat(Lease(LEASE))
    assert both.primary.execute(numbers) == (first + 1,)


def test_a_row_is_called_like_its_standby() -> None:
    assert str(Heartbeat(standby="beside")) == "beside"


def test_a_standby_that_lags_does_not_renew_it(both: Two) -> None:
    lease = Lease(LEASE)
    beat(lease)
    recent = lease.recent
    both.standby.execute("SELECT pg_wal_replay_pause()")
    try:
        beat(lease)
        assert lease.recent == recent
    finally:
        both.standby.execute("SELECT pg_wal_replay_resume()")


@pytest.mark.parametrize("names", ["", "another", "*", "1 (beside, another)"])
def test_a_standby_that_is_not_waited_for_is_not_used(both: Two, names: str) -> None:
    both.wait_for(names)
    with pytest.raises(Unusable, match="name it beside in synchronous_standby_names"):
        beat(Lease(LEASE))


def test_what_is_no_standby_is_not_used(both: Two, settings: Settings) -> None:
    settings.ACCESS_KEYS_REPLICA = PRIMARY
    both.wait_for("2 (beside, lead)")
    with pytest.raises(Unusable, match="no standby any more"):
        beat(Lease(LEASE))


class TestTheThread:
    def said(self, caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
        return [(record.levelno, record.getMessage()) for record in caplog.records]

    def test_it_says_once_what_it_has_found(self, both: Two, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.INFO, "accesskeys.replica")
        own = Beating()
        own._try()
        own._try()
        assert self.said(caplog) == [(logging.INFO, "The replica is recent, and is asked about keys")]

    def test_what_cannot_be_used_ends_the_lease(self, both: Two, caplog: pytest.LogCaptureFixture) -> None:
        own = Beating()
        own._try()
        both.wait_for("")
        own._try()
        assert not own.lease.runs(steady.seconds())
        ((level, sentence),) = self.said(caplog)[-1:]
        assert level == logging.ERROR
        assert sentence.startswith("The replica is not asked. PostgreSQL does not wait for it")

    def test_a_standby_that_is_away_lets_it_run_out(
        self, both: Two, caplog: pytest.LogCaptureFixture
    ) -> None:
        own = Beating()
        own._try()
        both.standby.stop()
        try:
            own._try()
            assert own.lease.recent > 0
        finally:
            both.standby.start()
        assert self.said(caplog)[-1][1].startswith("How recent the replica is cannot be found out: ")
        own._try()
        assert own.lease.runs(steady.seconds())

    def test_whatever_goes_wrong_it_goes_on(
        self, both: Two, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "beat", lambda _lease: 1 / 0)
        Beating()._try()
        assert "ZeroDivisionError" in caplog.text

    def test_there_is_one_and_it_renews_the_lease(self, both: Two) -> None:
        own = beating()
        own.begin()
        own.begin()
        until = time.monotonic() + 10
        while not own.lease.runs(steady.seconds()):
            assert time.monotonic() < until
            time.sleep(0.01)
        thread, recent = own._thread, own.lease.recent
        time.sleep(LEASE)
        assert own.lease.recent > recent
        assert thread is not None
        beating.cache_clear()
        thread.join(10)
        assert not thread.is_alive()
