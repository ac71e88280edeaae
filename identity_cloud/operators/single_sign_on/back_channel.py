"""Signing out from the provider's side (OpenID Connect Back-Channel Logout 1.0): its server tells ours."""

from __future__ import annotations

import hashlib
import logging
from http import HTTPStatus
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View
from redis.exceptions import RedisError

from accesskeys.http import client_address
from identity_cloud.operators.single_sign_on import sessions
from identity_cloud.operators.single_sign_on.conf import is_on, named
from identity_cloud.operators.single_sign_on.exceptions import (
    ProviderAway,
    SingleSignOnError,
    TokenRefused,
)
from identity_cloud.operators.single_sign_on.sign_in import actor_at
from identity_cloud.operators.single_sign_on.tokens import OLDEST_LOGOUT, Logout, check_logout_token

logger = logging.getLogger("identity_cloud.operators.single_sign_on")


@method_decorator(csrf_exempt, name="dispatch")  # A server asks, and its token says for whom.
class BackChannelLogout(View):
    """End the sessions that a logout token is about."""

    http_method_names = ["post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_on():
            raise Http404
        response = super().dispatch(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    def post(self, request: HttpRequest) -> JsonResponse:
        try:
            logout = check_logout_token(request.POST.get("logout_token"))
            _once(logout)
        except SingleSignOnError as error:
            logger.warning("A back-channel logout was refused: %s.", error.reason)
            status = (
                HTTPStatus.SERVICE_UNAVAILABLE if isinstance(error, ProviderAway) else HTTPStatus.BAD_REQUEST
            )
            return JsonResponse({"error": "invalid_request"}, status=status)
        for operator in _operators(logout):
            sessions.end(operator, _sessions(operator, logout), actor=actor_at(client_address(request)))
        return JsonResponse({})


def _once(logout: Logout) -> None:
    """A token is good once. Where that cannot be remembered, it counts: ending a session is the safe direction."""
    try:
        # Twice as long as a token may be old, whatever the clocks say. Its id may be any text.
        seen = hashlib.sha256(logout.jti.encode()).hexdigest()
        is_new = cache.add(f"logout-token:{seen}", 1, timeout=2 * OLDEST_LOGOUT)
    except (RedisError, OSError):
        return
    if not is_new:
        raise TokenRefused("replayed")


def _operators(logout: Logout) -> list[User]:
    """The one who is named, or whoever has the session."""
    issuer = named().issuer
    if logout.subject:
        return list(User.objects.filter(socialaccount__provider=issuer, socialaccount__uid=logout.subject))
    of_session = {"socialaccount__provider": issuer, f"usersession__data__{sessions.SID}": logout.sid}
    return list(User.objects.filter(**of_session).distinct())


def _sessions(operator: User, logout: Logout) -> QuerySet[UserSession]:
    """The one that is named, or all."""
    found = UserSession.objects.filter(user=operator)
    return found.filter(**{f"data__{sessions.SID}": logout.sid}) if logout.sid else found
