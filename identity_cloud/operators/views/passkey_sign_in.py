"""Sign in with a passkey alone."""

from __future__ import annotations

from typing import Any

from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.core.internal import ratelimit
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.generic import View

from accesskeys.http import prefers_json
from identity_cloud.operators.factor_forms import credential_in
from identity_cloud.operators.factors import passkeys

REFUSED = gettext_lazy("This passkey does not open an account here. Sign in with your password.")


@method_decorator(never_cache, name="dispatch")
@method_decorator(
    ratelimit.decorator(app="allauth.mfa", action="webauthn_login"),  # type: ignore[no-untyped-call]
    name="dispatch",
)
class PasskeySignInPage(View):
    """For the script of the sign-in page: what to ask a passkey, and then its answer."""

    http_method_names = ["get", "post", "head"]
    is_stale = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.is_stale or request.user.is_authenticated or not settings.PASSWORD_SIGN_IN:
            return self._back()
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        if not prefers_json(request) or passkeys.obstacle(request):
            return self._back()
        return JsonResponse(passkeys.begin(None))

    def post(self, request: HttpRequest) -> HttpResponse:
        authenticator = passkeys.complete(request, None, credential_in(request.POST))
        if authenticator is None:
            messages.error(request, str(REFUSED))
            return self._back()
        login = Login(user=authenticator.user, redirect_url=get_next_redirect_url(request))
        response: HttpResponse = perform_passwordless_login(request, authenticator, login)
        return response

    def _back(self) -> HttpResponse:
        """The sign-in page, which knows where to go on."""
        onward = get_next_redirect_url(self.request)
        return HttpResponseRedirect(reverse("account_login", query={"next": onward} if onward else None))
