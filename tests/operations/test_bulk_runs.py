"""Runs of the console: what was looked over is done, batch by batch, each of them once."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from accesskeys import operations
from accesskeys.core.exceptions import Forbidden, NotFound
from accesskeys.models import AccessKey, AuditEvent, BulkRun
from accesskeys.operations import bulk_runs
from accesskeys.operations.actors import Actor
from accesskeys.operations.policy import Operation
from tests.factories import AccessKeyFactory, OperatorFactory, proven
from tests.helpers import at_once, audit_log, refusing_inserts


@pytest.fixture(autouse=True)
def two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_runs, "AT_ONCE", 2)


def confirmed(operation: Operation, actor: Actor, **labels: Any) -> BulkRun:
    """A run for all access keys that there are."""
    ids = list(AccessKey.objects.order_by("name").values_list("pk", flat=True))
    run = operations.draft_run(operation=operation, access_key_ids=ids, actor=actor)
    operations.confirm_run(run_id=run.pk, actor=actor, **labels)
    return run


def suspended() -> int:
    return AccessKey.objects.suspended().count()


@pytest.mark.django_db
class TestARun:
    def test_goes_on_until_it_is_finished_and_no_further(self, command: Actor) -> None:
        for _ in range(5):
            AccessKeyFactory()
        run = confirmed(Operation.SUSPEND, command)
        AccessKeyFactory(name="later")
        reached = [operations.go_on(run_id=run.pk, actor=command) for _ in range(4)]
        assert [(run.reached, run.done, run.is_finished) for run in reached] == [
            (2, 2, False),
            (4, 4, False),
            (5, 5, True),
            (5, 5, True),
        ]
        assert suspended() == 5
        assert not AccessKey.objects.get(name="later").is_suspended
        assert AuditEvent.objects.filter(action="access_key.suspended").count() == 5

    def test_tells_what_became_of_each(self, command: Actor) -> None:
        full, gone, same, other = (AccessKeyFactory(name=name) for name in ("a", "b", "c", "d"))
        operations.describe(access_key_id=full.pk, labels={f"l{n}": "" for n in range(16)}, actor=command)
        operations.describe(access_key_id=same.pk, labels={"team": "x"}, actor=command)
        run = confirmed(Operation.DESCRIBE, command, set_labels={"team": "x"}, removed_labels=["none"])
        operations.revoke(access_key_id=gone.pk, actor=command)
        for _ in range(2):
            run = operations.go_on(run_id=run.pk, actor=command)
        assert (run.done, run.unchanged, run.absent, run.refused) == (1, 1, 1, 1)
        assert run.refusals == [["a", "An access key carries at most 16 labels."]]
        assert AccessKey.objects.get(pk=other.pk).labels == {"team": "x"}

    def test_keeps_a_hundred_refusals(self, command: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bulk_runs, "REFUSALS_KEPT", 1)
        for _ in range(2):
            AccessKeyFactory(labels={f"l{number}": "" for number in range(16)})
        run = confirmed(Operation.DESCRIBE, command, set_labels={"team": "x"})
        run = operations.go_on(run_id=run.pk, actor=command)
        assert (run.refused, len(run.refusals), run.unnamed_refusals) == (2, 1, 1)

    def test_does_nothing_before_it_is_confirmed(self, command: Actor) -> None:
        access_key = AccessKeyFactory()
        run = operations.draft_run(operation=Operation.REVOKE, access_key_ids=[access_key.pk], actor=command)
        assert operations.go_on(run_id=run.pk, actor=command).reached == 0
        assert AccessKey.objects.exists()

    def test_is_confirmed_once(self, command: Actor) -> None:
        AccessKeyFactory()
        run = confirmed(Operation.DESCRIBE, command, set_labels={"team": "x"})
        operations.confirm_run(run_id=run.pk, actor=command, set_labels={"team": "y"})
        operations.go_on(run_id=run.pk, actor=command)
        assert AccessKey.objects.get().labels == {"team": "x"}

    def test_that_is_stopped_ends_as_it_is(self, command: Actor) -> None:
        for _ in range(5):
            AccessKeyFactory()
        run = confirmed(Operation.SUSPEND, command)
        operations.go_on(run_id=run.pk, actor=command)
        operations.stop_run(run_id=run.pk, actor=command)
        operations.stop_run(run_id=run.pk, actor=replace(command, label="second"))
        run = operations.go_on(run_id=run.pk, actor=command)
        assert (run.done, run.left_alone, run.is_finished, run.stopped_by) == (2, 3, True, command.label)
        assert suspended() == 2
        assert AuditEvent.objects.filter(action="access_key.suspended").count() == 2

    def test_that_is_finished_cannot_be_stopped(self, command: Actor) -> None:
        AccessKeyFactory()
        run = confirmed(Operation.SUSPEND, command)
        finished_at = operations.go_on(run_id=run.pk, actor=command).finished_at
        operations.stop_run(run_id=run.pk, actor=command)
        run.refresh_from_db()
        assert (run.stopped_by, run.finished_at) == ("", finished_at)

    def test_that_nobody_confirmed_has_nothing_to_stop(self, command: Actor) -> None:
        AccessKeyFactory()
        ids = list(AccessKey.objects.values_list("pk", flat=True))
        run = operations.draft_run(operation=Operation.SUSPEND, access_key_ids=ids, actor=command)
        operations.stop_run(run_id=run.pk, actor=command)
        operations.confirm_run(run_id=run.pk, actor=command)
        assert operations.go_on(run_id=run.pk, actor=command).done == 1

    def test_takes_no_label_that_is_none(self, command: Actor) -> None:
        AccessKeyFactory()
        with pytest.raises(ValidationError, match="is not a label"):
            confirmed(Operation.DESCRIBE, command, set_labels={"Team": "x"})
        assert not BulkRun.objects.get().is_confirmed

    def test_that_is_not_there(self, command: Actor) -> None:
        for ask in (operations.go_on, operations.confirm_run, operations.stop_run):
            with pytest.raises(NotFound):
                ask(run_id=uuid.uuid4(), actor=command)

    def test_that_is_deleted_meanwhile(self, command: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
        AccessKeyFactory()
        run = confirmed(Operation.SUSPEND, command)
        monkeypatch.setattr(bulk_runs, "find_run", lambda _: BulkRun.objects.get() and run)
        authorize = bulk_runs.policy.authorize

        def slow(*args: Any) -> None:
            authorize(*args)
            BulkRun.objects.all().delete()

        monkeypatch.setattr(bulk_runs.policy, "authorize", slow)
        with pytest.raises(NotFound):
            operations.go_on(run_id=run.pk, actor=command)
        assert suspended() == 0

    def test_an_error_leaves_the_batch_undone_and_the_run_where_it_was(self, command: Actor) -> None:
        AccessKeyFactory()
        run = confirmed(Operation.SUSPEND, command)
        with refusing_inserts("accesskeys_auditevent"), pytest.raises(IntegrityError, match="refused"):
            operations.go_on(run_id=run.pk, actor=command)
        assert (suspended(), BulkRun.objects.get().reached) == (0, 0)
        assert operations.go_on(run_id=run.pk, actor=command).done == 1

    def test_says_no_more_than_its_id(self, command: Actor) -> None:
        AccessKeyFactory()
        run = confirmed(Operation.SUSPEND, command)
        assert str(run) == str(run.pk)


@pytest.mark.django_db
def test_whose_permission_is_taken_away_gets_no_further() -> None:
    operator = OperatorFactory(roles=["Operators"])
    for _ in range(3):
        AccessKeyFactory()
    actor = proven(operator, address=None)
    run = confirmed(Operation.SUSPEND, actor)
    operations.go_on(run_id=run.pk, actor=actor)
    operator.groups.clear()
    afterwards = proven(type(operator).objects.get(pk=operator.pk), address=None)
    for ask in (operations.go_on, operations.confirm_run, operations.stop_run):
        with pytest.raises(Forbidden):
            ask(run_id=run.pk, actor=afterwards)
    with pytest.raises(Forbidden):
        operations.draft_run(operation=Operation.REVOKE, access_key_ids=[], actor=afterwards)
    assert (suspended(), BulkRun.objects.get().reached) == (2, 2)
    assert audit_log()[-1].reason == "permission_denied"
    # A colleague who may goes on with it.
    other = proven(OperatorFactory(roles=["Operators"]), address=None)
    assert operations.go_on(run_id=run.pk, actor=other).is_finished


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_tabs_do_no_batch_twice(self, command: Actor) -> None:
        for _ in range(8):
            AccessKeyFactory()
        run = confirmed(Operation.SUSPEND, command)

        def tab() -> None:
            while not operations.go_on(run_id=run.pk, actor=command).is_finished:
                pass

        assert at_once([tab, tab]) == [None, None]
        run.refresh_from_db()
        assert (run.reached, run.done, run.unchanged) == (8, 8, 0)
        events = AuditEvent.objects.filter(action="access_key.suspended").values_list(
            "access_key_id", flat=True
        )
        assert set(Counter(events).values()) == {1}
        assert len(events) == 8

    def test_no_batch_comes_after_one_has_stopped_it(
        self, command: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whether it comes before a batch or waits for one: what is done when stopping has answered, stays all."""
        monkeypatch.setattr(bulk_runs, "AT_ONCE", 1)
        for _ in range(30):
            AccessKeyFactory()
        run = confirmed(Operation.SUSPEND, command)
        begun = threading.Event()

        def going() -> None:
            while not operations.go_on(run_id=run.pk, actor=command).is_finished:
                begun.set()

        def stopping() -> int:
            begun.wait(10)
            operations.stop_run(run_id=run.pk, actor=command)
            return suspended()

        nothing, number = at_once([going, stopping])
        assert nothing is None
        run.refresh_from_db()
        assert run.stopped_by == command.label
        assert 1 <= number < 30
        assert (run.reached, run.done, suspended()) == (number, number, number)

    def test_one_revokes_singly_what_is_in_a_batch(self, command: Actor) -> None:
        """Whoever is first revokes it; the other hears that it is gone. One event says that it was done."""
        access_keys = [AccessKeyFactory() for _ in range(6)]
        run = confirmed(Operation.REVOKE, command)

        def singly() -> int:
            gone = 0
            for access_key in reversed(access_keys):
                try:
                    operations.revoke(access_key_id=access_key.pk, actor=command)
                except NotFound:
                    gone += 1
            return gone

        def together() -> None:
            while not operations.go_on(run_id=run.pk, actor=command).is_finished:
                pass

        gone, nothing = at_once([singly, together])
        assert nothing is None
        run.refresh_from_db()
        assert run.done + run.absent == 6
        assert gone == run.done
        assert not AccessKey.objects.exists()
        revoked = AuditEvent.objects.filter(action="access_key.revoked", outcome="succeeded")
        assert sorted(revoked.values_list("access_key_id", flat=True)) == sorted(
            key.pk for key in access_keys
        )

    def test_two_do_different_things_to_the_same(self, command: Actor) -> None:
        """In whatever order they are named: neither waits for the other for ever."""
        ids = [AccessKeyFactory().pk for _ in range(40)]

        def task(operation: Operation, order: list[uuid.UUID]) -> Any:
            return operations.change_many(
                access_key_ids=order, task=operations.Task(operation), actor=command
            )

        first, second = at_once(
            [lambda: task(Operation.SUSPEND, ids), lambda: task(Operation.REVOKE, ids[::-1])]
        )
        assert isinstance(first, operations.Tally), first
        assert isinstance(second, operations.Tally), second
        assert len(second.done) == 40
        assert len(first.done) + first.absent == 40
