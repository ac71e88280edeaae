"""The gate in a Django project: a middleware that answers ``/auth/verify/``."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accesskeys.gate.verify import PATH, Question, verify


class VerifyMiddleware:
    """Answers ``/auth/verify/`` itself and lets everything else pass. The outermost middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info != PATH:
            return self.get_response(request)
        status, headers = verify(_question(request))
        response = HttpResponse(status=status, headers=headers)
        del response.headers["Content-Type"]
        response._has_been_logged = True  # type: ignore[attr-defined]  # Its reason is in the log already.
        return response


def _question(request: HttpRequest) -> Question:
    fields = ("QUERY_STRING", "HTTP_AUTHORIZATION", "REMOTE_ADDR", "HTTP_X_FORWARDED_FOR")
    return Question(*(request.META.get(field, "") for field in fields))
