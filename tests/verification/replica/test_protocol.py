"""Every state that the protocol can be in: none in which a key is accepted whose revoke has answered."""

from __future__ import annotations

import pytest

from accesskeys.verification.replica.lease import Lease
from tests.verification.replica.protocol import search


@pytest.mark.parametrize(
    ("replicas", "revokes", "most_beats", "crashes"),
    [(1, 1, 2, True), (2, 1, 1, False)],
)
def test_no_key_is_accepted_after_its_revoke_has_answered(
    replicas: int, revokes: int, most_beats: int, crashes: bool
) -> None:
    states, wrong = search(replicas=replicas, revokes=revokes, most_beats=most_beats, crashes=crashes)
    assert wrong is None
    assert states > 10_000


def test_a_lease_without_an_end_would_be_found_out() -> None:
    def for_ever(lease: Lease, opened_at: int, _now: int) -> bool:
        return opened_at <= lease.recent

    _, wrong = search(replicas=1, revokes=1, most_beats=1, crashes=False, covers=for_ever)
    assert wrong is not None


def test_believing_a_new_line_at_once_would_be_found_out() -> None:
    def whoever_answers(lease: Lease, _opened_at: int, now: int) -> bool:
        return lease.runs(now)

    _, wrong = search(replicas=1, revokes=1, most_beats=1, crashes=True, covers=whoever_answers)
    assert wrong is not None
