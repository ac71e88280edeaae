"""Asks for fresh proof where an operation wants it, and goes on with what was begun."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from accesskeys.core.exceptions import ProofNeeded
from identity_cloud.operators.proof import asking
from identity_cloud.operators.proof.forms import PREFIX


class ProofMiddleware:
    """The pages know nothing of it: what they are asked raises ProofNeeded, before anything is done.

    A script gets a dialog, proves there and sends the request again. Without one the operator gets a page, which sends
    everything that was typed together with the proof to the same address.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponseBase | None:
        """Django asks it before each view, once the form's token was compared."""
        if not any(name.startswith(PREFIX) for name in request.POST) or not request.user.is_authenticated:
            return None
        if refused := asking.refusal(request):
            return refused
        was_get = asking.WAS_GET in request.POST
        request.POST = asking.without_proof(request.POST)  # type: ignore[assignment]
        return HttpResponseRedirect(request.get_full_path()) if was_get else None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django asks it about whatever a view raises."""
        return asking.ask(request, exception) if isinstance(exception, ProofNeeded) else None
