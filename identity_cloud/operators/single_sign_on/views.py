"""The addresses of single sign-on. Without ``OIDC_ISSUER`` there is nothing at them."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.core.internal import ratelimit
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import View
from redis.exceptions import RedisError

from accesskeys.console.views.errors import problem, too_many_requests, unavailable
from accesskeys.core import once
from accesskeys.http import actor_of, client_address, redirect
from accesskeys.models import Action
from accesskeys.operations import audit
from accesskeys.operations.actors import Actor
from identity_cloud.operators.single_sign_on import exchange, sign_in
from identity_cloud.operators.single_sign_on.conf import is_on
from identity_cloud.operators.single_sign_on.exceptions import ProviderAway, SingleSignOnError
from identity_cloud.operators.views.sign_in import PROBLEM, SignInPage

# Each leaves a session, and a question to the provider. Of an address, which many may share.
RATES, MOST = "single_sign_on", "120/m/ip"

logger = logging.getLogger("identity_cloud.operators.single_sign_on")


@method_decorator(never_cache, name="dispatch")
class SingleSignOnPage(View):
    """What all of them share: they are there or not, and what goes wrong is said and written down."""

    http_method_names = ["get"]  # What only looks would use up what is good once.

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_on():
            raise Http404
        try:
            if not ratelimit.consume(request, app=RATES, action=RATES, config={RATES: MOST}, limit_get=True):
                return too_many_requests(request)
        except (RedisError, OSError) as error:  # From the cache: a Redis, or files.
            if once.a_minute("attempts", error):
                logger.error("Attempts cannot be counted: %s", error)
            return unavailable(request, str(SignInPage.not_counted))
        return super().dispatch(request, *args, **kwargs)


class BeginPage(SingleSignOnPage):
    """Off to the identity provider, to sign in."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        next_url = get_next_redirect_url(request)
        try:
            return redirect(request, exchange.address(request, next_url=next_url))
        except SingleSignOnError as error:
            return not_signed_in(request, error, next_url=next_url)


class ProvePage(SingleSignOnPage):
    """Off to the identity provider, to prove who is signed in."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect(request, redirect_to_login(get_next_redirect_url(request) or "/").url)
        return prove(request, get_next_redirect_url(request))


class ReturnPage(SingleSignOnPage):
    """Back from the identity provider."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        state: exchange.State = {"next": None, "proves": None}
        try:
            state = exchange.begun(request)
            claims = exchange.claims(request, state)
            if state["proves"] is not None:
                return sign_in.prove(request, claims, proves=state["proves"], next_url=state["next"])
            return sign_in.sign_in(request, claims, next_url=state["next"])
        except SingleSignOnError as error:
            if state["proves"] is not None:
                return not_proved(request, error)
            return not_signed_in(request, error, next_url=state["next"])


def prove(request: HttpRequest, next_url: str | None) -> HttpResponse:
    """Send the operator to the provider, to show anew who it is, and from there to ``next_url``."""
    try:
        return redirect(request, exchange.address(request, next_url=next_url, proves=request.user.pk))
    except SingleSignOnError as error:
        return not_proved(request, error)


def not_signed_in(request: HttpRequest, error: SingleSignOnError, *, next_url: str | None) -> HttpResponse:
    """To the sign-in page, which says why. The address here may hold a code, and leads nowhere a second time."""
    _write_down(request, error, Action.SIGN_IN_REFUSED, Actor.for_stranger(address=client_address(request)))
    request.session[PROBLEM] = [str(error), _status(error)]
    query = {"next": next_url} if next_url else None
    return redirect(request, reverse("account_login", query=query))


def not_proved(request: HttpRequest, error: SingleSignOnError) -> HttpResponse:
    """A page with a sentence about it. The operator stays signed in, and nothing was done."""
    stranger = Actor.for_stranger(address=client_address(request))
    actor = actor_of(request) if request.user.is_authenticated else stranger
    _write_down(request, error, Action.PROVED_AGAIN, actor)
    if isinstance(error, ProviderAway):
        return unavailable(request, str(error))
    return problem(request, HTTPStatus.FORBIDDEN, "permission_denied", str(error))


def _write_down(request: HttpRequest, error: SingleSignOnError, action: Action, actor: Actor) -> None:
    """In the server's log, and in the audit log what somebody is to blame for."""
    if isinstance(error, ProviderAway):
        _tell(error)
        return
    logger.warning("Single sign-on was refused: %s.", error.reason)
    entry = audit.Entry(action, actor, about_operator=error.operator)
    audit.record_refusal(entry, reason=error.reason)


def _tell(away: ProviderAway) -> None:
    if once.a_minute(f"single sign-on {away.reason}", away):
        logger.error("The identity provider cannot be used: %s.", away.reason)


def _status(error: SingleSignOnError) -> HTTPStatus:
    return HTTPStatus.SERVICE_UNAVAILABLE if isinstance(error, ProviderAway) else HTTPStatus.FORBIDDEN
