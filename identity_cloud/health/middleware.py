"""The health where our own worker does not run: the same answers, ahead of hosts, schemes and sessions."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from identity_cloud.health.answers import PATHS, answer


class HealthMiddleware:
    """Answers probes, and lets everything else pass. A probe calls us by the address of a machine, in plain http."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info not in PATHS:
            return self.get_response(request)
        status, headers, body = answer(request.path_info, str(request.method))
        response = HttpResponse(body, status=status, headers=headers)
        response._has_been_logged = True  # type: ignore[attr-defined]  # Its reason is in the log already.
        return response
