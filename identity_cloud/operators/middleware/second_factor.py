"""Where a second factor is required, setting one up is the only page there is without one."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accesskeys.console.views.errors import problem
from accesskeys.http import is_for_programs, prefers_json, redirect
from identity_cloud.operators.factors import has_factor

SET_UP = "operators:set_up_factor"
OPEN = frozenset(
    {
        SET_UP,
        "operators:add_passkey",
        "operators:add_app",
        "operators:session_left",
        "account_reauthenticate",
        "account_logout",
        "set_language",
    }
)


class SecondFactorMiddleware:
    """Asked on every request, so that it holds at once for somebody whose factor was reset."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """Django asks it before each view."""
        if is_for_programs(request) or not lacks_factor(request):
            return None
        if request.resolver_match and request.resolver_match.view_name in OPEN:
            return None
        if prefers_json(request):
            sentence = _("Set up a second factor first. Load the page again to do so.")
            return problem(request, HTTPStatus.FORBIDDEN, "second_factor_required", sentence)
        return redirect(request, reverse(SET_UP))


def lacks_factor(request: HttpRequest) -> bool:
    """Whether one is required of the operator and is not there. Single sign-on has its own."""
    if not settings.SECOND_FACTOR_REQUIRED or not request.user.is_authenticated:
        return False
    records = get_authentication_records(request, request.user)
    if any(record["method"] == "socialaccount" for record in records):
        return False
    return not has_factor(request.user)
