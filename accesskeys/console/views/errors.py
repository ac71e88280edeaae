"""The pages for what went wrong. Programs, which ask for JSON, get the same in the shape of the API."""

from __future__ import annotations

import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, ResolverMatch
from django.utils.translation import gettext as _

from accesskeys.console.typed_keys import without_keys
from accesskeys.core.database_errors import behind, is_of_pooler, is_passing
from accesskeys.http import RETRY_AFTER_SECONDS, prefers_json

# What may be over when somebody tries again.
PASSING = frozenset(
    {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE}
)


def problem(request: HttpRequest, status: HTTPStatus, code: str, sentence: str) -> HttpResponse:
    """The answer to a request that failed: a page for people, the API's error object for programs."""
    response = _answer(request, status, code, sentence)
    response["Cache-Control"] = "no-store"
    return response


def _answer(request: HttpRequest, status: HTTPStatus, code: str, sentence: str) -> HttpResponse:
    if prefers_json(request):
        kind = "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "client_error"
        error = {"code": code, "detail": sentence, "attr": None}
        return JsonResponse({"type": kind, "errors": [error]}, status=status)
    retry = request.get_full_path() if request.method == "GET" and status in PASSING else ""
    context: dict[str, Any] = {"sentence": sentence, "retry": retry, "layout": _layout(request, status)}
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        context["messages"] = ()  # They wait in the session, for a page that has a database to ask.
    return render(request, f"errors/{status}.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, for Django's ``handler400``; 503 where the database has failed, and a session could not be saved."""
    if behind(exception):
        return _database_away(request)
    return problem(request, HTTPStatus.BAD_REQUEST, "bad_request", _("The request could not be understood."))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, for Django's ``handler403``."""
    sentence = str(exception) or _("You do not have the permission to do this.")
    return problem(request, HTTPStatus.FORBIDDEN, "permission_denied", sentence)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """For Django's ``CSRF_FAILURE_VIEW``. Nothing is done.

    A form of our own that is older than the last sign-in is shown again, with what it held and a fresh token: its page
    has an ``again``. 403 for a form from anywhere else.
    """
    match = cast(ResolverMatch, request.resolver_match)
    page: Any = getattr(match.func, "view_class", None)
    if hasattr(page, "is_stale") and _is_from_here(request, reason) and not prefers_json(request):
        view: Callable[..., HttpResponseBase] = page.as_view(is_stale=True)
        return view(request, *match.args, **match.kwargs)
    sentence = _("This form is out of date, or cookies are blocked. Go back, load the page again and repeat.")
    return problem(request, HTTPStatus.FORBIDDEN, "csrf_failed", sentence)


def _is_from_here(request: HttpRequest, reason: str) -> bool:
    """Whether the browser says that one of our pages sent it. Django compares that before it looks at the token."""
    is_told = "HTTP_ORIGIN" in request.META or request.is_secure()
    return is_told and not reason.startswith(("Origin checking failed", "Referer checking failed"))


def signed_out(request: HttpRequest) -> HttpResponse:
    """401 for a form that was filled in: it waits here, to be sent once more after the sign-in."""
    request.POST = without_keys(request.POST)  # type: ignore[assignment]
    sentence = _(
        "You are signed out, so nothing was done. Sign in again in another tab, then send this once more."
    )
    return problem(request, HTTPStatus.UNAUTHORIZED, "not_authenticated", sentence)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, for Django's ``handler404``. The URL resolver's own words are for developers and stay here."""
    ours = not isinstance(exception, Resolver404) and str(exception)
    return problem(request, HTTPStatus.NOT_FOUND, "not_found", ours or _("There is nothing at this address."))


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """429, for the ``handler429`` that django-allauth looks for."""
    sentence = _("There were too many attempts. Wait a few minutes, then try again.")
    return problem(request, HTTPStatus.TOO_MANY_REQUESTS, "throttled", sentence)


def unavailable(request: HttpRequest, sentence: str) -> HttpResponse:
    """503, for what a few seconds mend."""
    response = problem(request, HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", sentence)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500, for Django's ``handler500``; 503 where the database is what is missing."""
    error = sys.exception()
    if is_passing(error):
        if is_of_pooler(error):
            connection.close()
        return _database_away(request)
    sentence = _("Something went wrong on our side. It has been written to the server log.")
    return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, "error", sentence)


def _database_away(request: HttpRequest) -> HttpResponse:
    sentence = _("The database cannot be reached at the moment. Try again in a few seconds.")
    return unavailable(request, sentence)


def _layout(request: HttpRequest, status: HTTPStatus) -> str:
    """The console around the problem, where it can be trusted to work and somebody is there to use it."""
    user = getattr(request, "user", None)
    if status < HTTPStatus.INTERNAL_SERVER_ERROR and user and user.is_authenticated:
        return "base.html"
    return "bare.html"
