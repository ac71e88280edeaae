"""A change is answered when every standby that is asked knows it, or is not believed any more."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator

import pytest
from django.db import connections

from accesskeys.operations import committing
from accesskeys.operations.committing import known_everywhere
from accesskeys.verification.replica.beating import beat
from accesskeys.verification.replica.lease import Lease
from tests.replicas import LEASE, PRIMARY, Two

CHANGE = "INSERT INTO django_session VALUES (gen_random_uuid()::text, '', now())"
COUNT = "SELECT count(*) FROM django_session"


@pytest.fixture(autouse=True)
def in_use(both: Two) -> Iterator[None]:
    """Somebody has asked the standby lately."""
    beat(Lease(LEASE))
    yield
    both.primary.execute("DELETE FROM accesskeys_heartbeat")


def change(undone_by: Exception | None = None) -> float:
    """Change something; returns the seconds that it took."""
    began = time.monotonic()
    with known_everywhere(PRIMARY), connections[PRIMARY].cursor() as cursor:
        cursor.execute(CHANGE)
        if undone_by is not None:
            raise undone_by
    return time.monotonic() - began


def test_the_standby_has_it_when_it_is_answered(both: Two) -> None:
    for _ in range(20):
        change()
        assert both.standby.execute(COUNT) == both.primary.execute(COUNT)


def test_what_is_undone_is_waited_for_by_nobody(both: Two) -> None:
    before = both.primary.execute(COUNT)
    with pytest.raises(ZeroDivisionError):
        change(undone_by=ZeroDivisionError())
    assert both.primary.execute(COUNT) == before


def test_a_standby_that_hangs_is_waited_for_as_long_as_it_is_believed(
    both: Two, caplog: pytest.LogCaptureFixture
) -> None:
    (before,) = both.primary.execute(COUNT)
    with both.standby.paused():
        assert LEASE <= change() < LEASE + 5
    assert both.primary.execute(COUNT) == (before + 1,)
    assert "A standby has not confirmed a change" in caplog.text


def test_one_that_is_late_is_no_reason_to_give_it_up(both: Two, caplog: pytest.LogCaptureFixture) -> None:
    both.standby.execute("SELECT pg_wal_replay_pause()")
    threading.Timer(LEASE / 2, both.standby.execute, ["SELECT pg_wal_replay_resume()"]).start()
    assert change() >= LEASE / 4
    assert both.standby.execute(COUNT) == both.primary.execute(COUNT)
    assert caplog.text == ""


def test_one_that_is_in_use_and_not_waited_for(both: Two, caplog: pytest.LogCaptureFixture) -> None:
    both.wait_for("")
    assert change() >= LEASE
    assert "is not in synchronous_standby_names: its lease is waited for" in caplog.text


def test_where_nobody_asks_a_standby_nothing_is_waited_for(both: Two) -> None:
    both.primary.execute("DELETE FROM accesskeys_heartbeat")
    both.wait_for("")
    assert change() < LEASE / 2


def test_a_commit_that_waits_for_something_else_is_left_alone(
    both: Two, caplog: pytest.LogCaptureFixture
) -> None:
    """Such as for the disk: by then nobody can say when it was written."""
    caplog.set_level(logging.DEBUG, "accesskeys.replica")
    commit = committing._Commit(connections[PRIMARY])
    commit._process = -1
    watching = threading.Thread(target=commit._watch, args=[0.0])
    watching.start()
    time.sleep(3 * committing.LOOK)
    assert watching.is_alive()
    commit.end()
    watching.join(5)
    assert caplog.text == ""


def test_who_has_been_answered_is_not_given_up(both: Two, caplog: pytest.LogCaptureFixture) -> None:
    commit = committing._Commit(connections[PRIMARY])
    commit.end()
    commit._give_up(1.0)
    assert caplog.text == ""


def test_one_that_cannot_be_looked_after_is_told(
    both: Two, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = committing._Commit(connections[PRIMARY])
    monkeypatch.setitem(connections[PRIMARY].settings_dict, "PORT", "1")
    commit._watch(0.0)
    assert "A commit that waits for a standby cannot be looked after" in caplog.text
