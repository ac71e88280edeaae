"""Do one thing to many access keys: to each as if it were done alone, to all of them in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, NamedTuple, cast

from django.core.exceptions import ValidationError
from django.utils import timezone

from accesskeys.core.exceptions import AccessKeyError, NotFound
from accesskeys.core.validators import validate_parted
from accesskeys.models import AccessKey, Action
from accesskeys.models.steps import AT_ONCE
from accesskeys.operations import audit, endings, policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.policy import RULES, Operation
from accesskeys.operations.validation import objection, validate

FOR_MANY: Final = (Operation.SUSPEND, Operation.RESUME, Operation.DESCRIBE, Operation.REVOKE)


@dataclass(frozen=True)
class Task:
    """What is to be done to each. Of labels, those that are not named stay."""

    operation: Operation
    set_labels: Mapping[str, str] = field(default_factory=dict)
    removed_labels: Collection[str] = ()

    @property
    def action(self) -> Action:
        """What the audit log calls it."""
        return cast(Action, RULES[self.operation].action)

    def check(self) -> None:
        """Raise ValidationError on ``labels`` if no access key could carry these, or one is set and removed."""
        if refusal := objection(labels=self.set_labels):
            raise refusal
        try:
            validate_parted(self.set_labels, self.removed_labels)
        except ValidationError as refusal:
            raise ValidationError({"labels": refusal}) from None


class Refused(NamedTuple):
    """One that was not done, and the sentence that says why."""

    name: str
    sentence: str


@dataclass
class Tally:
    """What became of them."""

    done: list[AccessKey] = field(default_factory=list)
    unchanged: list[AccessKey] = field(default_factory=list)  # They were so already.
    refused: list[Refused] = field(default_factory=list)
    absent: int = 0

    def add(self, other: Tally) -> None:
        """Count these as well."""
        self.done += other.done
        self.unchanged += other.unchanged
        self.refused += other.refused
        self.absent += other.absent


def change_many(*, access_key_ids: Sequence[uuid.UUID], task: Task, actor: Actor) -> Tally:
    """Do it to these access keys, 500 at most, in one transaction with an event for each.

    One that is refused, or gone, leaves the others alone. Raises Forbidden, and ValidationError on ``labels`` that no
    access key could carry: then nothing is done.
    """
    policy.authorize(actor, task.operation)
    task.check()
    with audit.operations(task.action, actor=actor) as ledger:
        return apply(task, access_key_ids, ledger)


def apply(task: Task, access_key_ids: Sequence[uuid.UUID], ledger: audit.Ledger) -> Tally:
    """The same in a transaction of the caller's."""
    wanted = dict.fromkeys(access_key_ids)
    if len(wanted) > AT_ONCE:
        raise ValueError(f"{len(wanted)} at once would keep others waiting: {AT_ONCE} at most.")
    # In one order, so that of two who do this at once one waits for the other.
    rows = AccessKey.objects.described().select_for_update().filter(pk__in=wanted).order_by("pk")
    tally = Tally()
    for access_key in rows:
        del wanted[access_key.pk]
        _judge(task, access_key, ledger, tally)
    for access_key_id in wanted:
        ledger.denied(audit.Entry(task.action, ledger.actor, access_key_id), NotFound.code)
    tally.absent = len(wanted)
    if tally.done:
        _WRITERS[task.operation](tally.done)
    return tally


def _judge(task: Task, access_key: AccessKey, ledger: audit.Ledger, tally: Tally) -> None:
    entry = audit.Entry(task.action, ledger.actor, fields=frozenset({"labels"}))
    entry.concerns(access_key)
    try:
        policy.check_reach(ledger.actor, task.operation, access_key)
        details = _set(task, access_key, tally)
    except AccessKeyError as refusal:
        ledger.denied(entry, refusal.code)
        tally.refused.append(Refused(access_key.name, str(refusal)))
    except ValidationError as refusal:
        ledger.denied(entry, entry.refused_by(refusal))
        tally.refused.append(Refused(access_key.name, " ".join(refusal.messages)))
    else:
        ledger.succeeded(access_key, details)


def _set(task: Task, access_key: AccessKey, tally: Tally) -> dict[str, Any]:
    """Change the instance, not yet its row; returns the details of its event, as the operation alone would write it."""
    details: dict[str, Any] = {}
    match task.operation:
        case Operation.SUSPEND:
            differs = not access_key.is_suspended
            access_key.suspended_at = access_key.suspended_at or timezone.now()
        case Operation.RESUME:
            differs = access_key.is_suspended
            access_key.suspended_at = None
        case Operation.DESCRIBE:
            before = access_key.labels
            kept = {key: text for key, text in before.items() if key not in task.removed_labels}
            access_key.labels = kept | dict(task.set_labels)
            differs = access_key.labels != before
            if differs:  # What stays as it is is no mistake.
                validate(access_key, "labels")
            details = {"labels": {"before": before, "after": access_key.labels}}
        case _:
            differs = True
    (tally.done if differs else tally.unchanged).append(access_key)
    return details


# UPDATE and DELETE of rows that are held, never save(): a row that is gone stays gone.


def _write_suspension(access_keys: Sequence[AccessKey]) -> None:
    AccessKey.objects.filter(pk__in=_ids(access_keys)).update(suspended_at=access_keys[0].suspended_at)


def _write_labels(access_keys: Sequence[AccessKey]) -> None:
    AccessKey.objects.bulk_update(access_keys, ["labels"])


def _delete(access_keys: Sequence[AccessKey]) -> None:
    endings.delete(_ids(access_keys))


def _ids(access_keys: Sequence[AccessKey]) -> list[uuid.UUID]:
    return [access_key.pk for access_key in access_keys]


_WRITERS: Final = MappingProxyType(
    {
        Operation.SUSPEND: _write_suspension,
        Operation.RESUME: _write_suspension,
        Operation.DESCRIBE: _write_labels,
        Operation.REVOKE: _delete,
    }
)
