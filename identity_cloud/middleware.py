from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accesskeys.views.errors import problem


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
