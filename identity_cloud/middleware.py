from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch, resolve
from django.utils.module_loading import import_string
from django.utils.translation import activate
from django.utils.translation import gettext as _

from accesskeys.http import is_from_program
from accesskeys.views.errors import problem

NOTHING = "default-src 'none'; frame-ancestors 'none'"


class ProgramsMiddleware:
    """Leads the requests of programs past everything that only pages need: sessions, forms, languages, frames.

    What is left for them is ``PROGRAMS_MIDDLEWARE``. Half of what a request to the API would cost is in the others.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.answer: Callable[[HttpRequest], Any] = convert_exception_to_response(_answer)
        for path in reversed(settings.PROGRAMS_MIDDLEWARE):
            self.answer = convert_exception_to_response(import_string(path)(self.answer))

    def __call__(self, request: HttpRequest) -> Any:
        if not is_from_program(request):
            return self.get_response(request)
        activate(settings.LANGUAGE_CODE)  # The thread's last page may have spoken another.
        response = self.answer(request)
        response.headers["Content-Security-Policy"] = NOTHING  # A browser is not to make a page of it.
        return response


def _answer(request: HttpRequest) -> HttpResponse:
    """What the view of the address says, as Django's handler asks it."""
    request.resolver_match = match = _resolve(request.path_info, settings.ROOT_URLCONF)
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    return response.render() if hasattr(response, "render") else response


@lru_cache(maxsize=256)
def _resolve(path: str, urlconf: str) -> ResolverMatch:
    """Programs ask for few addresses, and for these again and again."""
    return resolve(path, urlconf)


class BodyLimitMiddleware:
    """Refuses a body over ``DATA_UPLOAD_MAX_MEMORY_SIZE`` with 413, before anybody reads it.

    The announced length is enough: no more than that is ever read, and a body without a length is not read at all.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            sentence = _("The request is larger than this server accepts.")
            return problem(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "request_too_large", sentence)
        return self.get_response(request)
