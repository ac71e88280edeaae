"""Each machine asks the standby beside it, and none accepts a key after its revoke has answered."""

from __future__ import annotations

import time

from tests.server.replicas.conftest import BOTH, LEASE, RECENT, House, load, wait_until


def test_revoked_is_refused_at_once_on_every_machine(house: House) -> None:
    _, asked = house.key()
    accepted, seconds = 0, []
    with load(house, asked) as statuses:
        for number in range(40):
            access_key_id, key = house.key()
            assert house.accepting(key) == [True, True]
            seconds.append(house.revoke(access_key_id, machine=number % 2))
            accepted += sum(house.accepting(key))
    assert accepted == 0
    assert set(statuses) == {200}
    assert sorted(seconds)[20] < LEASE / 2  # Nothing waited for a lease to run out.


def test_the_standby_is_asked_and_not_the_primary(house: House) -> None:
    _, key = house.key()
    with house.primary.paused():
        began = time.monotonic()
        assert house.accepting(key) == [True, True]
        assert time.monotonic() - began < LEASE / 2
    wait_until(lambda: house.accepting(key) == [True, True])


def test_a_standby_that_hangs_is_not_believed_for_longer_than_a_lease(house: House) -> None:
    left, right = house.machines
    access_key_id, key = house.key()
    with right.saying("A standby has not confirmed a change"), left.standby.paused():
        seconds = house.revoke(access_key_id, machine=1)
        assert house.accepting(key) == [False, False]
        assert LEASE <= seconds < LEASE + 2
        assert left.gate(house.writer).status == 200  # By the primary.
    wait_until(house.is_whole)


def test_a_standby_that_is_cut_off_goes_on_answering_and_is_not_believed(house: House) -> None:
    left, _ = house.machines
    access_key_id, key = house.key()
    count = f"SELECT count(*) FROM accesskeys_accesskey WHERE id = '{access_key_id}'"
    left.wire.cut()
    try:
        house.revoke(access_key_id, machine=1)
        assert left.standby.execute(count) == (1,)  # It has not heard of it, and would say yes.
        assert house.accepting(key) == [False, False]
        assert left.gate(house.writer).status == 200
    finally:
        left.wire.mend()
    wait_until(lambda: left.standby.execute(count) == (0,))
    wait_until(house.is_whole)


def test_a_standby_that_lags_behind(house: House) -> None:
    left, _ = house.machines
    access_key_id, key = house.key()
    left.standby.execute("SELECT pg_wal_replay_pause()")
    seconds = house.revoke(access_key_id)
    assert seconds >= LEASE
    assert house.accepting(key) == [False, False]
    left.standby.execute("SELECT pg_wal_replay_resume()")
    wait_until(house.is_whole)


def test_a_standby_that_is_not_waited_for_is_not_asked(house: House) -> None:
    left, right = house.machines
    access_key_id, key = house.key()
    told = "A standby that is in use is not in synchronous_standby_names"
    with left.saying("name it left in synchronous_standby_names"), right.saying(told):
        house.wait_for("right")
        left.standby.execute("SELECT pg_wal_replay_pause()")
        seconds = house.revoke(access_key_id, machine=1)
        assert house.accepting(key) == [False, False]
        assert seconds >= LEASE  # It may have been asked under a lease from before.
    left.standby.execute("SELECT pg_wal_replay_resume()")
    with left.saying(RECENT):
        house.wait_for(BOTH)
    wait_until(house.is_whole)


def test_a_standby_that_starts_again_in_its_past(house: House) -> None:
    """After a crash it shows what it had written down, and catches up then."""
    left, _ = house.machines
    _, asked = house.key()
    accepted = 0
    with load(house, asked) as statuses:
        for _ in range(3):
            access_key_id, key = house.key()
            house.revoke(access_key_id)
            left.standby.stop()
            accepted += sum(house.accepting(key))
            left.standby.start()
            accepted += sum(sum(house.accepting(key)) for _ in range(5))
    assert accepted == 0
    assert set(statuses) == {200}
    wait_until(house.is_whole)


def test_a_standby_that_is_promoted_is_none_any_more(house: House) -> None:
    left, _ = house.machines
    access_key_id, key = house.key()
    with left.saying("The replica is not asked. It is no standby any more"):
        left.standby.promote()
        house.revoke(access_key_id)
        assert house.accepting(key) == [False, False]
    assert left.gate(house.writer).status == 200
