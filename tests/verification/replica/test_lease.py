"""For how long a replica is believed."""

from __future__ import annotations

from accesskeys.verification.replica.lease import Beat, Lease


def lease(*beats: tuple[int, float]) -> Lease:
    made = Lease(5)
    for number, at in beats:
        made.began(Beat(number, at))
    return made


def test_nothing_is_believed_before_it_was_seen() -> None:
    assert not lease((1, 100.0)).covers(opened_at=0.0, now=100.0)


def test_it_runs_from_when_the_beat_was_asked_for() -> None:
    own = lease((1, 100.0))
    own.seen(1)
    assert own.covers(opened_at=50.0, now=104.999)
    assert not own.covers(opened_at=50.0, now=105.0)


def test_what_the_replica_has_not_seen_yet_does_not_count() -> None:
    own = lease((1, 100.0), (2, 101.0))
    own.seen(1)
    assert not own.covers(opened_at=50.0, now=105.0)


def test_beats_of_others_are_recent_as_well() -> None:
    """They all count one number."""
    own = lease((7, 100.0), (9, 101.0))
    own.seen(12)
    assert own.covers(opened_at=50.0, now=105.9)


def test_beats_from_before_this_process_are_none_of_its_own() -> None:
    own = lease((7, 100.0))
    own.seen(6)
    assert not own.covers(opened_at=50.0, now=101.0)


def test_a_line_that_was_opened_since_is_not_believed() -> None:
    """The standby may have crashed between the two, and lack what it had confirmed after that beat."""
    own = lease((1, 100.0), (2, 102.0))
    own.seen(1)
    assert own.covers(opened_at=100.0, now=102.0)
    assert not own.covers(opened_at=100.001, now=102.0)
    own.seen(2)
    assert own.covers(opened_at=100.001, now=102.0)


def test_a_replica_that_has_gone_back_is_believed_for_less_long() -> None:
    own = lease((1, 100.0), (2, 103.0))
    own.seen(2)
    own.seen(1)
    assert not own.covers(opened_at=50.0, now=105.0)


def test_it_can_be_ended() -> None:
    own = lease((1, 100.0))
    own.seen(1)
    own.end()
    assert not own.covers(opened_at=50.0, now=100.0)


def test_it_is_about_one_standby() -> None:
    """Another one has numbers of its own."""
    own = lease((7, 100.0))
    own.of("left")
    own.began(Beat(7, 101.0))
    own.seen(7)
    own.of("left")
    assert own.covers(opened_at=50.0, now=102.0)
    own.of("right")
    assert not own.covers(opened_at=50.0, now=102.0)
    own.seen(7)
    assert not own.covers(opened_at=50.0, now=102.0)
