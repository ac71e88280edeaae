"""The buttons that choose a language."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import View
from django.views.i18n import set_language


class LanguagePage(View):
    """Django's own, except that a stale page is loaded again."""

    is_stale = False

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        return self.again(request) if self.is_stale else set_language(request)

    def again(self, request: HttpRequest) -> HttpResponse:
        """Back to where the button was pressed."""
        onward = request.POST.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(onward, {request.get_host()}, request.is_secure())
        return redirect(onward if is_ours else "accesskeys:home")
