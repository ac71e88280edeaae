"""The dialog that asks for fresh proof."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from accesskeys.http import actor_of, htmx, redirect
from accesskeys.operations import policy
from identity_cloud.operators.proof import asking


@method_decorator(never_cache, name="dispatch")
class ProofPage(LoginRequiredMixin, TemplateView):
    """What is asked. The middleware judges the answer, wherever it is sent to."""

    template_name = "operators/prove.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        wants_reason = "reason" in (self.request.GET.get("for"), *self.request.POST)
        return super().get_context_data(**context, **asking.forms(self.request, wants_reason=wants_reason))

    def post(self, request: HttpRequest) -> HttpResponse:
        """The proof was right, or was given elsewhere meanwhile."""
        if not policy.has_proved(actor_of(request)):
            return self.render_to_response(self.get_context_data(is_missing=True))
        if htmx(request):
            return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"HX-Trigger": "proved"})
        return redirect(request, request.path)
