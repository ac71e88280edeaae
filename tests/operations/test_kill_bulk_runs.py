"""Kill the process at any instant of a run: each batch is done as a whole or not at all, and the run knows which."""

from __future__ import annotations

import os
import random
import signal
import time

import pytest
from django.db import transaction

from accesskeys import operations
from accesskeys.models import AccessKey, AuditEvent, BulkRun
from accesskeys.operations.actors import Actor
from accesskeys.operations.policy import Operation
from tests.operations.bulk_process import AT_ONCE
from tests.operations.test_kill import LONGEST, hear, process_of, say

ROUNDS = 25
NUMBER = 500


def confirmed(operation: Operation, actor: Actor) -> BulkRun:
    """A run for 500 access keys."""
    wishes = [operations.Wish(f"name_{number}") for number in range(NUMBER)]
    operations.generate_many(wishes=wishes, actor=actor)
    ids = list(AccessKey.objects.order_by("name").values_list("pk", flat=True))
    run = operations.draft_run(operation=operation, access_key_ids=ids, actor=actor)
    operations.confirm_run(run_id=run.pk, actor=actor)
    return run


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("operation", [Operation.SUSPEND, Operation.REVOKE])
def test_whole_batches_or_nothing(operation: Operation, command: Actor) -> None:
    run = confirmed(operation, command)
    with process_of("bulk_process") as process:
        for _ in range(ROUNDS):
            say(process, str(run.pk))
            child = int(hear(process))
            time.sleep(random.uniform(0, LONGEST * 4))
            os.kill(child, signal.SIGKILL)
            assert hear(process) == "dead"
            run = operations.find_run(run.pk)
            if run.is_finished:
                break
    while not operations.go_on(run_id=run.pk, actor=command).is_finished:
        pass
    look_at(BulkRun.objects.get(), operation)


@pytest.mark.django_db(transaction=True)
def test_the_run_is_where_the_rows_are(command: Actor) -> None:
    """After each death, not only at the end."""
    run = confirmed(Operation.SUSPEND, command)
    with process_of("bulk_process") as process:
        for _ in range(5):
            say(process, str(run.pk))
            child = int(hear(process))
            time.sleep(random.uniform(0, LONGEST * 4))
            os.kill(child, signal.SIGKILL)
            assert hear(process) == "dead"
            settle(run)
            run = BulkRun.objects.get()
            assert run.reached % AT_ONCE == 0
            assert run.reached == run.done == AccessKey.objects.suspended().count()
            assert AuditEvent.objects.filter(action="access_key.suspended").count() == run.reached


def settle(run: BulkRun) -> None:
    """Wait for the row: PostgreSQL's server may notice a death late, and hold it until then."""
    with transaction.atomic():
        BulkRun.objects.select_for_update().get(pk=run.pk)


def look_at(run: BulkRun, operation: Operation) -> None:
    """All of them, each of them once."""
    assert (run.done, run.unchanged, run.absent) == (NUMBER, 0, 0)
    action = "access_key.revoked" if operation == Operation.REVOKE else "access_key.suspended"
    events = list(AuditEvent.objects.filter(action=action).values_list("access_key_id", flat=True))
    assert len(events) == len(set(events)) == NUMBER
    assert AccessKey.objects.usable().count() == 0
