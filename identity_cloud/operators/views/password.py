"""Change the own password."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm
from allauth.account.views import PasswordChangeView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from accesskeys.http import actor_of
from accesskeys.operations import policy
from accesskeys.operations.policy import Operation
from identity_cloud.operators.views.counted import CountedMixin


@method_decorator(never_cache, name="dispatch")
class PasswordPage(CountedMixin, PasswordChangeView):
    """Change the own password."""

    http_method_names = ["get", "post", "head", "options"]
    is_signed_in = True
    not_counted = gettext_lazy(
        "Changing the password is not possible at the moment: attempts cannot be counted. "
        "Try again in a few seconds."
    )

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Asked before anything is typed, which the answer would come in between otherwise.
        policy.authorize(actor_of(request), Operation.CHANGE_PASSWORD)
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    def form_valid(self, form: ChangePasswordForm) -> HttpResponse:
        policy.authorize(actor_of(self.request), Operation.CHANGE_PASSWORD)
        response: HttpResponse = super().form_valid(form)
        return response

    def again(self) -> HttpResponseBase:
        if not self.request.user.is_authenticated:
            return HttpResponseRedirect(self.request.get_full_path())  # Which leads to the sign-in, and back.
        return super().again()
