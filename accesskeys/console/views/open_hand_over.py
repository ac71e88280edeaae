"""The page behind a link that shows a key once. It needs no sign-in: whoever holds the link may open it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from accesskeys import operations
from accesskeys.console.hand_over_forms import OpenHandOverForm
from accesskeys.console.views.errors import too_many_requests, unavailable
from accesskeys.core.exceptions import HandOverClosed, IntegrityFailure, RateLimited
from accesskeys.http import client_address
from accesskeys.operations.actors import Actor


@method_decorator(never_cache, name="dispatch")
class OpenHandOverPage(TemplateView):
    """A button, and only then the key: mail scanners follow links, and press nothing."""

    http_method_names = ["get", "post", "head", "options"]
    template_name = "console/hand_over.html"
    is_stale = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = self.again(request) if self.is_stale else super().dispatch(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex"
        return response

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page(form=OpenHandOverForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = OpenHandOverForm(request.POST)
        if not form.is_valid():
            return self.page(form=form)
        actor = Actor.for_recipient(address=client_address(request))
        try:
            opened = operations.open_hand_over(secret=form.cleaned_data["secret"], actor=actor)
        except HandOverClosed as refusal:
            return self.page(HTTPStatus.NOT_FOUND, form=OpenHandOverForm(), problem=str(refusal))
        except RateLimited as refusal:
            response = too_many_requests(request)
            response["Retry-After"] = str(refusal.retry_after)
            return response
        except IntegrityFailure as failure:
            return unavailable(request, str(failure))
        response = self.page(opened=opened)
        # A page with a form needs the site's own policy: under this one, browsers would not say that they send it.
        response["Referrer-Policy"] = "no-referrer"
        return response

    def again(self, request: HttpRequest) -> HttpResponse:
        """The page once more, for a form from before somebody signed in. What was sent is not shown."""
        return self.page(form=OpenHandOverForm())

    def page(self, status: int = HTTPStatus.OK, **context: Any) -> HttpResponse:
        """This page with the given context."""
        return self.render_to_response(self.get_context_data(**context), status=status)
