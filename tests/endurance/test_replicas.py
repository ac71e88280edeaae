"""Replicas for longer than CI has time: more states of the protocol, and more revokes under load."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.server.replicas.conftest import House, load
from tests.server.replicas.conftest import house as house_of_test
from tests.verification.replica.protocol import search

house = house_of_test  # The fixture of that room.


@pytest.mark.parametrize(
    ("replicas", "revokes", "most_beats", "crashes", "end"),
    [(2, 3, 1, False, 3), (2, 1, 1, True, 5), (1, 2, 2, True, 5)],
)
def test_no_state_accepts_what_was_revoked(
    replicas: int, revokes: int, most_beats: int, crashes: bool, end: int
) -> None:
    states, wrong = search(
        replicas=replicas, revokes=revokes, most_beats=most_beats, crashes=crashes, end=end
    )
    assert wrong is None
    print(
        f"{states:,} states of {replicas} replicas, {revokes} revokes, {most_beats} beats, crashes: {crashes}"
    )


def _revokes(house: House) -> Iterator[int]:
    for number in range(2_000):
        access_key_id, key = house.key()
        assert house.machines[number % 2].accepts(key)
        house.revoke(access_key_id, machine=number % 2)
        yield sum(machine.accepts(key) for machine in house.machines)


def test_two_thousand_revokes_under_load(house: House) -> None:
    _, asked = house.key()
    with load(house, asked) as statuses:
        accepted = sum(_revokes(house))
    print(f"2,000 revokes, {len(statuses):,} other questions: {accepted} accepted after the answer")
    assert accepted == 0
    assert set(statuses) == {200}
