"""What several of these tests ask in the same words."""

from __future__ import annotations

from accesskeys.models import Action, AuditEvent, Outcome


def times_shown() -> int:
    return AuditEvent.objects.filter(action=Action.SHOWN, outcome=Outcome.SUCCEEDED).count()


def times_copied() -> int:
    return AuditEvent.objects.filter(action=Action.COPIED, outcome=Outcome.SUCCEEDED).count()
