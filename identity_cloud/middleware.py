"""What requests pass before their view."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch, resolve
from django.utils.translation import deactivate

from accesskeys.console.views.errors import problem, unavailable
from accesskeys.core.exceptions import Busy
from accesskeys.http import is_from_program
from identity_cloud import bodies


class ProgramsMiddleware:
    """Leads the requests of programs past everything that only pages need: sessions, forms, languages, frames.

    What is left of it is here. Half of what a request to the API would cost is in the other middleware.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.answer: Callable[[HttpRequest], Any] = convert_exception_to_response(_answer)

    def __call__(self, request: HttpRequest) -> Any:
        if not is_from_program(request):
            return self.get_response(request)
        deactivate()  # The thread's last page may have spoken another language than LANGUAGE_CODE.
        response = self.answer(request)
        if not response.streaming:
            response.headers["Content-Length"] = str(len(response.content))
        return response


class GateMiddleware(ProgramsMiddleware):
    """Where there are no pages, whoever asks is a program, and hears what programs hear."""

    def __call__(self, request: HttpRequest) -> Any:
        request.META["HTTP_ACCEPT"] = "application/json"
        return super().__call__(request)


def _answer(request: HttpRequest) -> HttpResponse:
    """What the view of the address says, as Django's handler asks it."""
    request.get_host()  # Raises DisallowedHost.
    if settings.SECURE_SSL_REDIRECT and not request.is_secure():
        # Redirected, a program would go on sending its key in the open, and nobody would notice.
        sentence = "Use https. A key that was sent over http may have been overheard: replace it."
        return problem(request, HTTPStatus.FORBIDDEN, "https_required", sentence)
    if refused := bodies.refusal(request):
        return refused
    request.resolver_match = match = _resolve(request.path_info, settings.ROOT_URLCONF)
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    return response.render() if hasattr(response, "render") else response


@lru_cache(maxsize=256)
def _resolve(path: str, urlconf: str) -> ResolverMatch:
    """Programs ask for few addresses, and for these again and again."""
    return resolve(path, urlconf)


class BodyLimitMiddleware:
    """Refuses a body that nobody here would read, before anybody does. ``bodies`` says which."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return bodies.refusal(request) or self.get_response(request)


class BusyMiddleware:
    """503 for what was not tried, because too many are at it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django asks it about whatever a view raises."""
        return unavailable(request, str(exception)) if isinstance(exception, Busy) else None
