"""Many access keys in the console: looked over, confirmed, then done batch by batch, whoever's browser asks for it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from django.utils import timezone

from accesskeys.core.exceptions import NoSuchRun
from accesskeys.models import BulkRun
from accesskeys.models.steps import AT_ONCE
from accesskeys.operations import audit, policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.change_many import Tally, Task, apply
from accesskeys.operations.policy import Operation

REFUSALS_KEPT: Final = 100


def draft_run(*, operation: Operation, access_key_ids: Sequence[uuid.UUID], actor: Actor) -> BulkRun:
    """Hold fast which access keys somebody looks over. Nothing is done to them yet. Raises Forbidden."""
    policy.authorize(actor, operation)
    return BulkRun.objects.create(
        operation=operation,
        ids=[str(access_key_id) for access_key_id in access_key_ids],
        total=len(access_key_ids),
        begun_by=actor.label,
    )


def find_run(run_id: uuid.UUID) -> BulkRun:
    """The run with this id, without its ids; raises NoSuchRun."""
    run = BulkRun.objects.defer("ids").filter(pk=run_id).first()
    if run is None:
        raise NoSuchRun
    return run


def confirm_run(
    *,
    run_id: uuid.UUID,
    actor: Actor,
    set_labels: Mapping[str, str] | None = None,
    removed_labels: Collection[str] = (),
) -> None:
    """Somebody has looked it over and said yes. A second time changes nothing.

    Raises NoSuchRun, Forbidden, and ValidationError on ``labels`` that no access key could carry.
    """
    operation = Operation(find_run(run_id).operation)
    policy.authorize(actor, operation)
    task = Task(operation, set_labels or {}, removed_labels)
    task.check()
    BulkRun.objects.filter(pk=run_id, confirmed_at=None).update(
        confirmed_at=timezone.now(), set_labels=dict(task.set_labels), removed_labels=list(removed_labels)
    )


def go_on(*, run_id: uuid.UUID, actor: Actor) -> BulkRun:
    """Do the next batch of a run that was confirmed, and note it in the same transaction: each is done once.

    Whoever asks at the same time waits, and does the one after it. Raises NoSuchRun and Forbidden.
    """
    operation = Operation(find_run(run_id).operation)
    policy.authorize(actor, operation)
    with audit.operations(Task(operation).action, actor=actor) as ledger:
        run = BulkRun.objects.select_for_update().filter(pk=run_id).first()
        if run is None:
            raise NoSuchRun
        if run.is_confirmed and not run.is_finished:
            task = Task(operation, run.set_labels, run.removed_labels)
            batch = [uuid.UUID(text) for text in run.ids[run.reached : run.reached + AT_ONCE]]
            _note(run, len(batch), apply(task, batch, ledger))
    return run


def stop_run(*, run_id: uuid.UUID, actor: Actor) -> None:
    """End a run that was confirmed as it is. What was done stays done, and no batch begins afterwards.

    A batch that is being done is waited for. A second time, or when it is finished, changes nothing: the first who
    stopped it is remembered. Raises NoSuchRun and Forbidden.
    """
    policy.authorize(actor, Operation(find_run(run_id).operation))
    going = BulkRun.objects.filter(pk=run_id, confirmed_at__isnull=False, finished_at=None)
    going.update(finished_at=timezone.now(), stopped_by=actor.label)


def _note(run: BulkRun, number: int, tally: Tally) -> None:
    run.reached += number
    run.done += len(tally.done)
    run.unchanged += len(tally.unchanged)
    run.absent += tally.absent
    run.refused += len(tally.refused)
    run.refusals = [*run.refusals, *map(list, tally.refused)][:REFUSALS_KEPT]
    if run.reached >= run.total:
        run.finished_at = timezone.now()
    run.save(update_fields=["reached", "done", "unchanged", "absent", "refused", "refusals", "finished_at"])
