"""Three standbys that the primary waits for, two of them asked by servers: some held still, under load."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from statistics import median

import pytest

from tests.server.replicas.conftest import ASKED, LEASE, House, all_of, built, load, wait_until

SPARE = "spare"
REVOKES = 500


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with built(tmp_path_factory.mktemp("site"), spares=[SPARE]) as house:
        yield house


def revoke_one(house: House, number: int) -> tuple[float, int]:
    """How long it took, and how many machines have accepted the key afterwards."""
    access_key_id, key = house.key()
    seconds = house.revoke(access_key_id, machine=number % 2)
    return seconds, sum(machine.accepts(key) for machine in house.machines)


def test_all_of_them_are_there(house: House) -> None:
    _, asked = house.key()
    with load(house, asked) as statuses:
        seconds, accepted = zip(*(revoke_one(house, number) for number in range(REVOKES)), strict=True)
    print(
        f"{REVOKES} revokes on three standbys, the median {median(seconds) * 1000:.0f} ms, the longest "
        f"{max(seconds) * 1000:.0f} ms; {len(statuses):,} other questions: {sum(accepted)} accepted after the answer"
    )
    assert sum(accepted) == 0
    assert set(statuses) == {200}
    assert max(seconds) < LEASE


@pytest.mark.parametrize("held", [{SPARE}, {"left"}, {"left", SPARE}, {"left", "right"}], ids="-".join)
def test_some_of_them_hang(house: House, held: set[str]) -> None:
    standbys = dict(zip(ASKED, (machine.standby for machine in house.machines), strict=True))
    standbys[SPARE] = house.spares[0]
    _, asked = house.key()
    made = [house.key() for _ in range(4)]
    accepted = 0
    with load(house, asked) as statuses:
        with ExitStack() as stack:
            for name in held:
                stack.enter_context(standbys[name].paused())
            for number, (access_key_id, key) in enumerate(made):
                seconds = house.revoke(access_key_id, machine=number % 2)
                assert LEASE <= seconds < LEASE + 2
                accepted += sum(house.accepting(key))
        wait_until(house.is_whole)
    print(
        f"{sorted(held)} held still: {len(statuses):,} other questions, {accepted} accepted after the answer"
    )
    assert accepted == 0
    assert set(statuses) == {200}


def test_any_two_of_them_are_not_enough(house: House) -> None:
    """The third is another one each time, so none of them is believed."""
    left, right = house.machines
    told = "in synchronous_standby_names"
    with left.saying(f"name it left {told}"), right.saying(f"name it right {told}"):
        house.wait_for(f"ANY 2 (left, right, {SPARE})")
    access_key_id, key = house.key()
    with left.standby.paused():
        house.revoke(access_key_id, machine=1)
        assert house.accepting(key) == [False, False]
    house.wait_for(all_of(*ASKED, SPARE))
    wait_until(house.is_whole)
