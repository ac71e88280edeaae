"""Which sessions were begun at the identity provider, and ending them."""

from __future__ import annotations

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest

from accesskeys.models import Action
from accesskeys.operations import audit
from accesskeys.operations.actors import Actor

SID = "single_sign_on_sid"  # In the session and in the data of its row: what the provider calls its own session.


def remember(request: HttpRequest, claims: dict[str, Any]) -> None:
    """Keep what the provider calls its session, for the logout that may come from there."""
    sid = claims.get("sid")
    request.session[SID] = sid if isinstance(sid, str) else ""


def note(request: HttpRequest, **_kwargs: Any) -> None:
    """Find the session by it from now on. For allauth's ``user_logged_in``, once the row is there."""
    row = UserSession.objects.filter(session_key=request.session.session_key).first()
    if row is not None and SID in request.session:
        row.data[SID] = request.session[SID]
        row.save(update_fields=["data"])


def end_all(operator: User, *, actor: Actor) -> None:
    """End each session of the operator, in every process, from the next request on."""
    end(operator, UserSession.objects.filter(user=operator), actor=actor)


def end(operator: User, sessions: QuerySet[UserSession], *, actor: Actor) -> None:
    """End these sessions of the operator. Audited where there were any."""
    ended = list(sessions)
    if not ended:
        return
    with audit.operation(Action.SESSION_ENDED, actor=actor) as entry:
        entry.is_about(operator)
        entry.details = {"sessions": len(ended)}
        for session in ended:
            session.end()
