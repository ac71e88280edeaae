"""Sign out."""

from __future__ import annotations

from typing import Any

from allauth.account.views import LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from identity_cloud.operators import sign_in_log


class SignOutPage(LogoutView):
    """Sign out; whoever comes with an old form is asked once more."""

    is_stale = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.is_stale:
            return HttpResponseRedirect(request.get_full_path())
        return super().dispatch(request, *args, **kwargs)

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post(*args, **kwargs)
        # Not the cookies, which hold the theme and the language as well. The session's is deleted anyway.
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response

    def logout(self) -> None:
        if self.request.user.is_authenticated:
            sign_in_log.signed_out(self.request)
        super().logout()
