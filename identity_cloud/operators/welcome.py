"""What operators without a role see, wherever they land: who they are, and whom to ask."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accesskeys.console.views import errors
from accesskeys.http import actor_of, prefers_json
from accesskeys.operations.policy import RULES, Operation, may
from identity_cloud.operators.operations.administrators import to_ask


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, for Django's ``handler403``: a welcome for those who land here and may do nothing yet.

    Whoever was doing something when the last role was taken away hears that, and in its place.
    """
    lands = request.method in {"GET", "HEAD"} and "HX-Request" not in request.headers
    if not lands or prefers_json(request) or not request.user.is_authenticated or _may_anything(request):
        return errors.permission_denied(request, exception)
    response = render(
        request,
        "operators/welcome.html",
        {"administrators": to_ask()},
        status=HTTPStatus.FORBIDDEN,
    )
    response["Cache-Control"] = "no-store"
    return response


def _may_anything(request: HttpRequest) -> bool:
    actor = actor_of(request)
    return any(may(actor, operation) for operation in Operation if not RULES[operation].is_own)
