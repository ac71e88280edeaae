"""Several requests with one mark at once: one of them generates, and the others answer the same."""

from __future__ import annotations

import uuid
from collections import Counter
from hashlib import sha256

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError

from accesskeys import operations, verification
from accesskeys.core.exceptions import Conflict
from accesskeys.models import AccessKey, IdempotentRequest
from accesskeys.operations import GeneratedOnce, Marked
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory
from tests.helpers import at_once, audit_log, refusing_inserts

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 8
CALLER = uuid.uuid4()


def marked(mark: str, body: str = "") -> Marked:
    return Marked(CALLER, sha256(mark.encode()).digest(), sha256(body.encode()).digest())


@pytest.fixture
def caller() -> Actor:
    return Actor.for_access_key(
        AccessKeyFactory(name="caller", scopes=["access_keys:write", "orders:read"]), address=None
    )


@pytest.mark.parametrize("attempt", range(3))
def test_of_eight_at_once_one_generates_and_all_answer_the_same(caller: Actor, attempt: int) -> None:
    def ask() -> GeneratedOnce:
        return operations.generate_once(
            name="billing", scopes=["orders:read"], actor=caller, request=marked("m1")
        )

    results = at_once([ask] * THREADS)
    answers = [result for result in results if isinstance(result, GeneratedOnce)]
    assert len(answers) == THREADS, results
    assert sorted(answer.is_repeat for answer in answers) == [False] + [True] * (THREADS - 1)
    [access_key] = AccessKey.objects.filter(name="billing")
    assert {(answer.access_key, answer.key) for answer in answers} == {(access_key, answers[0].key)}
    assert verification.authenticate(answers[0].key) == access_key
    told = Counter(each[:3] for each in audit_log() if each.access_key_id == access_key.pk)
    assert told == {
        ("access_key.generated", "succeeded", ""): 1,
        ("access_key.shown", "succeeded", ""): THREADS - 1,
    }
    assert [each for each in audit_log() if each.outcome != "succeeded"] == []


def test_of_eight_bodies_with_one_mark_one_generates_and_the_others_are_in_conflict(caller: Actor) -> None:
    results = at_once(
        [
            lambda number=number: operations.generate_once(
                name=f"billing_{number}", actor=caller, request=marked("m1", str(number))
            )
            for number in range(THREADS)
        ]
    )
    refusals = [result.code for result in results if isinstance(result, Conflict)]
    assert refusals == ["idempotency_conflict"] * (THREADS - 1), results
    assert AccessKey.objects.exclude(name="caller").count() == 1


def test_while_one_is_refused_the_next_has_its_turn(caller: Actor) -> None:
    """All take a name that is taken: each of them hears it, and nothing is remembered."""
    results = at_once(
        [lambda: operations.generate_once(name="caller", actor=caller, request=marked("m1"))] * THREADS
    )
    assert all(isinstance(result, ValidationError) for result in results), results
    assert not IdempotentRequest.objects.exists()


@pytest.mark.parametrize(
    "table", ["accesskeys_accesskey", "accesskeys_auditevent", "accesskeys_idempotentrequest"]
)
def test_what_cannot_be_written_leaves_nothing(caller: Actor, table: str) -> None:
    with refusing_inserts(table), pytest.raises(DatabaseError):
        operations.generate_once(name="billing", actor=caller, request=marked("m1"))
    assert not IdempotentRequest.objects.exists()
    assert not AccessKey.objects.filter(name="billing").exists()
    assert not operations.generate_once(name="billing", actor=caller, request=marked("m1")).is_repeat
