"""End one's own sessions. They are over on the next request, in every process."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from accesskeys.models import Action
from accesskeys.operations import audit
from accesskeys.operations.actors import Actor


def end_own(*, number: str, but: str, actor: Actor) -> int:
    """End this session, unless it is the one that asks, which signs out instead; returns how many there were."""
    rows = UserSession.objects.filter(pk=number if number.isdecimal() else None)
    return _end(rows, but=but, actor=actor)


def end_others(*, but: str, actor: Actor) -> int:
    """End all but the one that asks; returns how many there were."""
    return _end(UserSession.objects.all(), but=but, actor=actor)


def _end(rows: QuerySet[UserSession], *, but: str, actor: Actor) -> int:
    ended = rows.filter(user__in=[actor.operator]).exclude(session_key=but)
    keys = list(ended.values_list("session_key", flat=True))
    if keys:
        with audit.operation(Action.SESSION_ENDED, actor=actor) as event:
            event.is_about(actor.operator)
            event.details = {"sessions": len(keys)}
            Session.objects.filter(session_key__in=keys).delete()
            UserSession.objects.filter(session_key__in=keys).delete()
    return len(keys)
