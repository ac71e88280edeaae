"""Signing in with what the identity provider said, and proving with it again."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from accesskeys.http import client_address
from accesskeys.models import ActorKind, Door
from accesskeys.operations.actors import Actor
from identity_cloud.operators.operations.administrators import to_ask
from identity_cloud.operators.proof import moment
from identity_cloud.operators.single_sign_on import accounts, roles, sessions
from identity_cloud.operators.single_sign_on.conf import named
from identity_cloud.operators.single_sign_on.exceptions import Deactivated, NoRole, SomebodyElse


def actor_at(address: str | None) -> Actor:
    """The provider, on whose word roles change and sessions end."""
    return Actor(ActorKind.STRANGER, Door.CONSOLE, "identity provider", address)


def sign_in(request: HttpRequest, claims: dict[str, Any], *, next_url: str | None) -> HttpResponse:
    """Let the person in. Raises NoRole, LastAdministrator or Deactivated."""
    if request.user.is_authenticated:
        get_adapter().logout(
            request
        )  # With all that the session held; a change of roles would end it anyway.
    operator, given = accounts.known(claims), roles.of(claims)
    actor = actor_at(client_address(request))
    if operator is not None:
        roles.renew(operator, given, actor=actor)
    if not given:
        raise NoRole(to_ask(), operator=operator)
    if operator is None:
        operator = accounts.make(claims, given, actor=actor)
    if not operator.is_active:
        raise Deactivated("inactive", operator=operator)
    sessions.remember(request, claims)
    record_authentication(request, operator, "socialaccount", provider=named().issuer, uid=claims["sub"])
    answer: HttpResponse = perform_login(request, Login(user=operator, redirect_url=next_url))
    return answer


def prove(request: HttpRequest, claims: dict[str, Any], *, proves: int, next_url: str | None) -> HttpResponse:
    """Note that the operator who is signed in has proved who it is. Raises SomebodyElse."""
    operator = accounts.known(claims)
    if operator is None or operator.pk != proves or operator != request.user:
        who = request.user if isinstance(request.user, User) else None
        raise SomebodyElse("another_subject", operator=who)
    sessions.remember(request, claims)
    moment.renew(request)
    sessions.note(request)
    return HttpResponseRedirect(next_url or settings.LOGIN_REDIRECT_URL)
