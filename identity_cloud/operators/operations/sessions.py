"""The sessions of an operator, and their end."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.utils import user_pk_to_url_str
from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone


def keys_of(operator: User) -> list[str]:
    """The keys of all sessions in which the operator is signed in, or is half way to it.

    Each session is read: django-allauth's rows leave out those from before it kept any, and sign-ins that wait for a
    second factor.
    """
    sessions = Session.objects.filter(expire_date__gt=timezone.now()).iterator()
    return [each.session_key for each in sessions if _is_of(operator, each.get_decoded())]


def end_all(operator: User, *, but: str | None = None) -> int:
    """End all sessions of the operator, except the one with this key; returns how many there were.

    Whoever comes with one of them is signed out on the next request, in every process.
    """
    ended = [key for key in keys_of(operator) if key != but]
    Session.objects.filter(session_key__in=ended).delete()
    UserSession.objects.filter(user=operator).exclude(session_key=but or "").delete()
    return len(ended)


def _is_of(operator: User, session: dict[str, Any]) -> bool:
    half_way = session.get(LOGIN_SESSION_KEY) or {}
    return session.get(SESSION_KEY) == str(operator.pk) or half_way.get("user_pk") == user_pk_to_url_str(
        operator
    )
