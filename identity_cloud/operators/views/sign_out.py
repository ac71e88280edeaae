"""Sign out."""

from __future__ import annotations

from typing import Any

from allauth.account.views import LogoutView
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase


class SignOutPage(LogoutView):
    """Sign out; whoever comes with an old form is asked once more."""

    is_stale = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.is_stale:
            return HttpResponseRedirect(request.get_full_path())
        return super().dispatch(request, *args, **kwargs)
