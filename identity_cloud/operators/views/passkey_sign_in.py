"""Sign in with a passkey alone."""

from __future__ import annotations

from typing import Any

from allauth.account.models import Login
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accesskeys.http import prefers_json
from identity_cloud.operators import sign_in_log
from identity_cloud.operators.factor_forms import credential_in
from identity_cloud.operators.factors import passkeys
from identity_cloud.operators.factors.exceptions import CopiedPasskey
from identity_cloud.operators.views.sign_in import SignInPage

COOKIE = "passkey" if settings.IS_LOCAL else "__Host-passkey"
PATIENCE = 5 * 60  # seconds from the question to the answer
REFUSED = gettext_lazy("This passkey does not open an account here. Sign in with your password.")


class PasskeySignInPage(SignInPage):
    """For the script of the sign-in page: what to ask a passkey, and then its answer.

    The question waits in a signed cookie: a session for everybody who sees the page would be a table that strangers
    fill.
    """

    http_method_names = ["get", "post", "head"]
    is_hashed = False

    def refused(self) -> None:
        """Nobody: strangers at the same address must not keep a passkey waiting."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (prefers_json(request) and settings.PASSWORD_SIGN_IN) or passkeys.obstacle(request):
            onward = self.get_next_url()  # type: ignore[no-untyped-call]
            return HttpResponseRedirect(reverse("account_login", query={"next": onward} if onward else None))
        options, question = passkeys.ask_anybody(request)
        response = JsonResponse(options)
        response.set_signed_cookie(
            COOKIE,
            question,
            max_age=PATIENCE,
            httponly=True,
            samesite="Strict",
            secure=settings.SESSION_COOKIE_SECURE,
        )
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        question = request.get_signed_cookie(COOKIE, default="", max_age=PATIENCE) or ""
        try:
            authenticator = passkeys.anybodys(
                request,
                question,
                credential_in(request.POST),
                # Each question is answered once, on all machines that count attempts together.
                is_first=lambda: cache.add(f"passkey-{question}", 1, PATIENCE),
            )
        except CopiedPasskey as copied:
            sign_in_log.refused(request, copied.operator, copied.code)
            return self._refuse(str(copied))
        if authenticator is None:
            return self._refuse(str(REFUSED))
        login = Login(user=authenticator.user, redirect_url=self.get_next_url())  # type: ignore[no-untyped-call]
        response: HttpResponse = perform_passwordless_login(request, authenticator, login)
        response.delete_cookie(COOKIE, samesite="Strict")
        return response

    def _refuse(self, sentence: str) -> HttpResponse:
        refused: HttpResponse = self.untried(sentence)  # type: ignore[assignment]
        refused.delete_cookie(COOKIE, samesite="Strict")
        return refused
