"""Ends the sessions whose time has come, and remembers of all others that they are in use."""

from __future__ import annotations

from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accesskeys.http import actor_of, is_for_programs
from accesskeys.models import Action
from accesskeys.operations import audit
from identity_cloud.operators import lifetime
from identity_cloud.operators.adapter import UNKNOWN

# The page asks how much time is left. That is no sign of somebody who is there.
ASKING = "/account/sessions/left/"


class SessionLifetimeMiddleware:
    """Whoever comes too late is a stranger to everything that follows."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_for_programs(request) and request.user.is_authenticated:
            if why := lifetime.end(request):
                _end(request, why)
            elif (request.path, request.method) != (ASKING, "GET") and lifetime.prolong(request):
                _note(request)
        return self.get_response(request)


def _end(request: HttpRequest, why: lifetime.End) -> None:
    with audit.operation(Action.SESSION_ENDED, actor=actor_of(request)) as event:
        event.is_about(event.actor.operator)
        event.details = {"why": why.value}
        UserSession.objects.filter(session_key=request.session.session_key).delete()
    logout(request)


def _note(request: HttpRequest) -> None:
    address = actor_of(request).address or UNKNOWN
    rows = UserSession.objects.filter(session_key=request.session.session_key)
    if not rows.update(last_seen_at=timezone.now(), ip=address):
        UserSession.objects.create_from_request(request)
