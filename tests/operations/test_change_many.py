"""Doing one thing to many access keys: what each would meet alone, and few statements for all of them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from accesskeys import operations, verification
from accesskeys.core.exceptions import Forbidden, InvalidKey
from accesskeys.models import AccessKey, AuditEvent, HandOver, Rotation
from accesskeys.operations import Task, Wish
from accesskeys.operations.actors import Actor
from accesskeys.operations.change_many import FOR_MANY
from accesskeys.operations.policy import Operation
from tests.factories import AccessKeyFactory, OperatorFactory, key_of, proven
from tests.helpers import audit_log, refusing_inserts, stored

pytestmark = pytest.mark.django_db

LABEL = Task(Operation.DESCRIBE, {"team": "payments"}, ["old"])
TASKS = {
    Operation.SUSPEND: Task(Operation.SUSPEND),
    Operation.RESUME: Task(Operation.RESUME),
    Operation.DESCRIBE: LABEL,
    Operation.REVOKE: Task(Operation.REVOKE),
}
ALONE: dict[Operation, Callable[..., object]] = {
    Operation.SUSPEND: operations.suspend,
    Operation.RESUME: operations.resume,
    Operation.DESCRIBE: lambda **about: operations.describe(labels={"team": "payments"}, **about),
    Operation.REVOKE: operations.revoke,
}


def ids(*access_keys: AccessKey) -> list[uuid.UUID]:
    return [access_key.pk for access_key in access_keys]


def names(access_keys: list[AccessKey]) -> list[str]:
    return sorted(access_key.name for access_key in access_keys)


def three() -> tuple[AccessKey, AccessKey, AccessKey]:
    return AccessKeyFactory(name="a"), AccessKeyFactory(name="b"), AccessKeyFactory(name="c")


def test_there_is_a_task_for_each() -> None:
    assert set(TASKS) == set(FOR_MANY)


def test_suspended_and_resumed(command: Actor) -> None:
    a, b, c = three()
    operations.suspend(access_key_id=b.pk, actor=command)
    since = stored(b.pk)["suspended_at"]
    tally = operations.change_many(access_key_ids=ids(a, b, a), task=TASKS[Operation.SUSPEND], actor=command)
    assert (names(tally.done), names(tally.unchanged)) == (["a"], ["b"])
    assert (tally.refused, tally.absent) == ([], 0)
    assert stored(b.pk)["suspended_at"] == since
    assert stored(c.pk)["suspended_at"] is None
    with pytest.raises(InvalidKey) as refusal:
        verification.authenticate(key_of(a))
    assert refusal.value.reason == "suspended"

    tally = operations.change_many(access_key_ids=ids(a, b, c), task=TASKS[Operation.RESUME], actor=command)
    assert (names(tally.done), names(tally.unchanged)) == (["a", "b"], ["c"])
    assert verification.authenticate(key_of(a)) == a


def test_labels_are_set_and_removed_and_the_others_stay(command: Actor) -> None:
    a = AccessKeyFactory(name="a", labels={"old": "1", "env": "live"})
    b = AccessKeyFactory(name="b", labels={"team": "payments"})
    tally = operations.change_many(access_key_ids=ids(a, b), task=LABEL, actor=command)
    assert (names(tally.done), names(tally.unchanged)) == (["a"], ["b"])
    assert stored(a.pk)["labels"] == {"env": "live", "team": "payments"}
    event = AuditEvent.objects.get(action="access_key.described", access_key_id=a.pk)
    assert event.details == {
        "labels": {
            "before": {"old": "1", "env": "live"},
            "after": {"env": "live", "team": "payments"},
        }
    }


def test_a_seventeenth_label_is_refused_and_the_others_are_labelled(command: Actor) -> None:
    full = AccessKeyFactory(name="full", labels={f"l{number}": "" for number in range(16)})
    other = AccessKeyFactory(name="other")
    row = stored(full.pk)
    tally = operations.change_many(access_key_ids=ids(full, other), task=LABEL, actor=command)
    assert tally.refused == [("full", "An access key carries at most 16 labels.")]
    assert names(tally.done) == ["other"]
    assert stored(full.pk) == row
    event = AuditEvent.objects.get(outcome="refused")
    with pytest.raises(ValidationError):
        operations.describe(access_key_id=full.pk, labels={**full.labels, "team": "payments"}, actor=command)
    assert told(event) == told(AuditEvent.objects.latest("id"))


def told(event: AuditEvent) -> dict[str, Any]:
    values = AuditEvent.objects.filter(pk=event.pk).values().get()
    return {name: value for name, value in values.items() if name not in {"id", "at"}}


def test_labels_that_no_access_key_can_carry_are_refused_at_once(command: Actor) -> None:
    access_key = AccessKeyFactory()
    log = audit_log()
    with pytest.raises(ValidationError, match="is not a label"):
        operations.change_many(
            access_key_ids=ids(access_key), task=Task(Operation.DESCRIBE, {"Team": "x"}), actor=command
        )
    assert (stored(access_key.pk)["labels"], audit_log()) == ({}, log)


def test_a_revoke_takes_rotations_and_links_along(command: Actor) -> None:
    a, b, c = three()
    next_key = operations.rotate(access_key_id=a.pk, actor=command).key
    operations.hand_over(access_key_id=b.pk, actor=command)
    gone = uuid.uuid4()
    tally = operations.change_many(
        access_key_ids=[*ids(a, b), gone], task=TASKS[Operation.REVOKE], actor=command
    )
    assert (names(tally.done), tally.absent) == (["a", "b"], 1)
    assert list(AccessKey.objects.all()) == [c]
    assert (Rotation.objects.count(), HandOver.objects.count()) == (0, 0)
    for key in (key_of(a), key_of(b), next_key):
        with pytest.raises(InvalidKey) as refusal:
            verification.authenticate(key)
        assert refusal.value.reason == "unknown"
    assert sorted(audit_log()[-3:], key=lambda told: told.access_key_name) == [
        ("access_key.revoked", "refused", "not_found", gone, ""),
        ("access_key.revoked", "succeeded", "", a.pk, "a"),
        ("access_key.revoked", "succeeded", "", b.pk, "b"),
    ]


@pytest.mark.parametrize("operation", FOR_MANY)
def test_the_event_is_the_one_of_doing_it_to_a_single_one(operation: Operation, command: Actor) -> None:
    a, b, _c = three()
    ALONE[operation](access_key_id=a.pk, actor=command)
    alone = AuditEvent.objects.latest("id")
    operations.change_many(access_key_ids=ids(b), task=TASKS[operation], actor=command)
    among_many = AuditEvent.objects.latest("id")
    different = ("access_key_id", "access_key_name")
    assert {**told(alone), **dict.fromkeys(different)} == {**told(among_many), **dict.fromkeys(different)}


@pytest.mark.parametrize("operation", FOR_MANY)
class TestWhoMay:
    def test_an_operator_without_the_permission(self, operation: Operation) -> None:
        access_key = AccessKeyFactory()
        row = stored(access_key.pk)
        viewer = proven(OperatorFactory(roles=["Viewers"]), address=None)
        with pytest.raises(Forbidden):
            operations.change_many(access_key_ids=ids(access_key), task=TASKS[operation], actor=viewer)
        assert stored(access_key.pk) == row
        assert audit_log()[-1][1:] == ("refused", "permission_denied", None, "")

    def test_a_program_reaches_no_key_with_a_scope_that_it_lacks(self, operation: Operation) -> None:
        caller = AccessKeyFactory(scopes=["access_keys:write"])
        wider, plain = AccessKeyFactory(name="wider", scopes=["orders:read"]), AccessKeyFactory(name="plain")
        operations.suspend(access_key_id=plain.pk, actor=Actor.for_command())
        operations.resume(access_key_id=plain.pk, actor=Actor.for_command())
        row = stored(wider.pk)
        tally = operations.change_many(
            access_key_ids=ids(wider, plain),
            task=TASKS[operation],
            actor=Actor.for_access_key(caller, address=None),
        )
        assert tally.refused == [("wider", "The access key lacks the scope orders:read.")]
        assert names(tally.done + tally.unchanged) == ["plain"]
        assert stored(wider.pk) == row
        (event,) = AuditEvent.objects.filter(outcome="refused")
        assert (event.reason, event.access_key_name) == ("insufficient_scope", "wider")

    def test_an_error_leaves_rows_and_log_as_they_were(self, operation: Operation, command: Actor) -> None:
        access_key = AccessKeyFactory(labels={"old": "x"})
        if operation == Operation.RESUME:
            operations.suspend(access_key_id=access_key.pk, actor=command)
        row, log = stored(access_key.pk), audit_log()
        with refusing_inserts("accesskeys_auditevent"), pytest.raises(IntegrityError, match="refused"):
            operations.change_many(access_key_ids=ids(access_key), task=TASKS[operation], actor=command)
        assert (stored(access_key.pk), audit_log()) == (row, log)


@pytest.mark.parametrize("operation", FOR_MANY)
def test_statements_do_not_grow_with_the_rows(operation: Operation, command: Actor) -> None:
    made = operations.generate_many(wishes=[Wish(f"name_{number}") for number in range(510)], actor=command)
    pks = [one.access_key.pk for one in made if isinstance(one, operations.Generated)]
    if operation == Operation.RESUME:
        AccessKey.objects.update(suspended_at="2026-01-01T00:00Z")
    few, many = (statements(operation, some, command) for some in (pks[:10], pks[10:]))
    # SQLite takes 999 parameters to a statement, and so 66 events; Django deletes a hundred rows to a statement.
    inserts = 7 if connection.vendor == "sqlite" else 0
    more = {Operation.REVOKE: 4, Operation.DESCRIBE: 1 if connection.vendor == "sqlite" else 0}
    assert many == few + inserts + more.get(operation, 0)


def statements(operation: Operation, pks: list[uuid.UUID], actor: Actor) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        tally = operations.change_many(access_key_ids=pks, task=TASKS[operation], actor=actor)
    assert len(tally.done) == len(pks)
    return len(queries)


def test_more_than_500_are_too_many_for_one_transaction(command: Actor) -> None:
    with pytest.raises(ValueError, match="500 at most"):
        operations.change_many(
            access_key_ids=[uuid.uuid4() for _ in range(501)], task=TASKS[Operation.SUSPEND], actor=command
        )
    assert audit_log() == []
