"""The judge of ``benchmarks endure``: given a history that is not true, it says so."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest

from benchmarks.endurance import closing
from benchmarks.endurance.asking import Answer
from benchmarks.endurance.history import AccessKey, Key
from benchmarks.endurance.ledger import Fault, Ledger


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(trouble="a worker killed")


def generated(ledger: Ledger) -> Key:
    """An access key whose generation was answered, and in the audit log."""
    access_key = AccessKey(str(uuid4()), "life_1")
    access_key.promise(closing.GENERATED)
    key = Key("ica_of_no_use", access_key)
    key.begin(opens=True).ended = time.monotonic()
    access_key.keys.append(key)
    ledger.access_keys.append(access_key)
    return key


def revoke(key: Key, *, is_answered: bool = True) -> None:
    key.access_key.is_ending = True
    change = key.begin(opens=False, is_final=True)
    if is_answered:
        change.ended = time.monotonic()
        key.access_key.has_ended = True
        key.access_key.promise(closing.REVOKED)


def suspend(key: Key, *, is_answered: bool = True) -> None:
    change = key.begin(opens=False)
    change.ended = time.monotonic() if is_answered else None


def answered(key: Key, status: int, began: float | None = None) -> Answer:
    began = time.monotonic() if began is None else began
    return Answer(status, {"X-Access-Key-Id": key.access_key.id}, b"", began, time.monotonic())


def told(ledger: Ledger) -> dict[Fault, int]:
    return {fault: len(lines) for fault, lines in ledger.faults.items()}


def judge(ledger: Ledger, rows: list[Key], events: list[tuple[Key, str]], journal: list[Key]) -> None:
    closing.judge(
        ledger,
        {key.access_key.id: key.access_key.name for key in rows},
        [(key.access_key.id, action) for key, action in events],
        "".join(f"2026-01-01T00:00:00Z revoked {key.access_key.id}\n" for key in journal),
    )


def test_a_revoked_key_that_is_accepted(ledger: Ledger) -> None:
    key = generated(ledger)
    revoke(key)
    ledger.verified(key, answered(key, 401))
    assert told(ledger) == {}
    ledger.verified(key, answered(key, 200))
    assert ledger.faults == {
        Fault.ACCEPTED: [f"life_1 {key.access_key.id} (trouble: a worker killed)"],
    }


def test_a_request_that_began_before_the_answer_may_have_either(ledger: Ledger) -> None:
    key, began = generated(ledger), time.monotonic()
    revoke(key)
    for status in (200, 401):
        ledger.verified(key, answered(key, status, began))
    assert told(ledger) == {}


@pytest.mark.parametrize(
    ("status", "faults"), [(200, 0), (503, 0), (500, 0), (0, 0), (401, 1), (403, 1), (429, 1)]
)
def test_a_good_key_is_let_in_or_told_to_come_again(ledger: Ledger, status: int, faults: int) -> None:
    key = generated(ledger)
    ledger.verified(key, answered(key, status))
    assert told(ledger).get(Fault.REFUSED, 0) == faults
    assert ledger.counts["verify, good key"][status] == 1


def test_what_was_not_answered_may_happen_at_any_time_but_not_after_a_revoke(ledger: Ledger) -> None:
    key = generated(ledger)
    suspend(key, is_answered=False)
    suspend(key)
    for status in (200, 401):
        ledger.verified(key, answered(key, status))
    assert told(ledger) == {}
    revoke(key)
    ledger.verified(key, answered(key, 200))
    assert told(ledger) == {Fault.ACCEPTED: 1}


def test_a_suspended_key_that_is_accepted_and_a_resumed_one_that_is_refused(ledger: Ledger) -> None:
    key = generated(ledger)
    suspend(key)
    ledger.verified(key, answered(key, 200))
    key.begin(opens=True).ended = time.monotonic()
    ledger.verified(key, answered(key, 401))
    assert told(ledger) == {Fault.ACCEPTED: 1, Fault.REFUSED: 1}


def test_a_key_that_is_taken_for_another(ledger: Ledger) -> None:
    key, other = generated(ledger), generated(ledger)
    ledger.verified(key, answered(other, 200))
    assert told(ledger) == {Fault.WRONG: 1}


def test_a_forged_key_that_is_accepted(ledger: Ledger) -> None:
    ledger.refused("verify, forged", answered(generated(ledger), 200))
    assert told(ledger) == {Fault.ACCEPTED: 1}


def test_books_that_are_right(ledger: Ledger) -> None:
    kept, revoked, perhaps = generated(ledger), generated(ledger), generated(ledger)
    revoke(revoked)
    revoke(perhaps, is_answered=False)
    made = [(key, closing.GENERATED) for key in (kept, revoked, perhaps)]
    judge(ledger, [kept, perhaps], [*made, (revoked, closing.REVOKED)], [revoked])
    judge(ledger, [kept], [*made, (revoked, closing.REVOKED), (perhaps, closing.REVOKED)], [revoked])
    assert told(ledger) == {}


def test_an_access_key_that_was_generated_and_is_lost(ledger: Ledger) -> None:
    key = generated(ledger)
    judge(ledger, [], [(key, closing.GENERATED), (key, closing.REVOKED)], [])
    assert told(ledger) == {Fault.LOST: 1}


def test_an_access_key_that_was_revoked_and_is_there(ledger: Ledger) -> None:
    key = generated(ledger)
    revoke(key)
    judge(ledger, [key], [(key, closing.GENERATED)], [])
    assert told(ledger) == {Fault.ACCEPTED: 1, Fault.LOST: 1, Fault.UNAUDITED: 1}


def test_an_operation_that_is_not_in_the_audit_log_or_twice(ledger: Ledger) -> None:
    shown, twice = generated(ledger), generated(ledger)
    shown.access_key.promise("access_key.shown")
    judge(ledger, [shown, twice], [(key, closing.GENERATED) for key in (shown, twice, twice)], [])
    assert told(ledger) == {Fault.UNAUDITED: 1, Fault.WRONG: 1}


def test_an_access_key_that_nobody_asked_for(ledger: Ledger) -> None:
    judge(ledger, [Key("", AccessKey(str(uuid4()), "life_9"))], [], [])
    assert told(ledger) == {Fault.WRONG: 1}


def test_a_limited_key_that_passes_too_often(ledger: Ledger) -> None:
    key = generated(ledger)
    for _ in range(3 * closing.LIMIT):
        ledger.count("verify, limited", answered(key, 200))
    closing.count_limited(ledger, minutes=1.5, forgotten=0)
    assert told(ledger) == {}
    ledger.count("verify, limited", answered(key, 200))
    closing.count_limited(ledger, minutes=1.5, forgotten=0)
    assert told(ledger) == {Fault.ACCEPTED: 1}
