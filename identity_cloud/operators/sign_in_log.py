"""What the audit log hears of signing in and out. Never a password, a code, or what was typed as a name."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest

from accesskeys.http import actor_of, client_address
from accesskeys.models import Action, Outcome
from accesskeys.operations import audit
from accesskeys.operations.actors import Actor
from accesskeys.operations.audit import Entry


def signed_in(request: HttpRequest, user: AbstractUser, **_kwargs: Any) -> None:
    """For django-allauth's ``user_logged_in``, once all steps of a sign-in are done."""
    steps = [record.get("type") or record["method"] for record in get_authentication_records(request, user)]
    actor = Actor.for_operator(user, address=client_address(request))
    Entry(Action.SIGNED_IN, actor, about_operator=user, details={"with": steps}).write(Outcome.SUCCEEDED)


def refused(request: HttpRequest, operator: AbstractUser | None, reason: str) -> None:
    """Somebody wanted to sign in and could not, as this operator if the name was one's."""
    stranger = Actor.for_stranger(address=client_address(request))
    audit.record_refusal(Entry(Action.SIGN_IN_REFUSED, stranger, about_operator=operator), reason=reason)


def signed_out(request: HttpRequest) -> None:
    """Ask before the session is over."""
    actor = actor_of(request)
    Entry(Action.SIGNED_OUT, actor, about_operator=actor.operator).write(Outcome.SUCCEEDED)


def password_changed(request: HttpRequest, user: AbstractUser, **_kwargs: Any) -> None:
    """For django-allauth's signal. All other sessions of the operator are over with it."""
    actor = Actor.for_operator(user, address=client_address(request))
    Entry(Action.PASSWORD_CHANGED, actor, about_operator=user).write(Outcome.SUCCEEDED)
