"""Delete what has been in the audit log for longer than it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accesskeys.core import conf
from accesskeys.core.moments import written
from accesskeys.models import Action, AuditEvent, Outcome
from accesskeys.models.steps import delete_some
from accesskeys.operations import audit, policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.policy import Operation


def outlived() -> QuerySet[AuditEvent]:
    """The events that are older than the settings keep them, oldest first."""
    days = conf.audit_log_days()
    return AuditEvent.objects.none() if days is None else _before(timezone.now() - timedelta(days=days))


def trim_audit_log(*, actor: Actor) -> Iterator[int]:
    """Delete the events that are older than the settings keep them; yields after each step how many it has deleted.

    A step is committed together with an event that counts what is deleted: whoever leaves off between two steps, or
    is killed in one, leaves an audit log that says how much is missing. Raises Forbidden.
    """
    policy.authorize(actor, Operation.TRIM_AUDIT_LOG)
    days = conf.audit_log_days()
    if days is None:
        return
    before = timezone.now() - timedelta(days=days)
    details = {"before": written(before), "deleted": 0}
    event = audit.Entry(Action.TRIMMED, actor, details=details).event(Outcome.SUCCEEDED)
    while deleted := _step(before, event):
        yield deleted


def _step(before: datetime, event: AuditEvent) -> int:
    with transaction.atomic(durable=True):
        deleted = delete_some(_before(before))
        if deleted:
            event.details["deleted"] += deleted
            if event._state.adding:
                event.save(force_insert=True)
            else:  # Never inserted again, whoever deleted it meanwhile.
                AuditEvent.objects.filter(pk=event.pk).update(details=event.details)
    return deleted


def _before(moment: datetime) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(at__lt=moment).order_by("at", "id")
