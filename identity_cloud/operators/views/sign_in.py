"""Sign in with a name and a password."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from allauth.account.forms import LoginForm
from allauth.account.views import LoginView
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from accesskeys.console.typed_keys import KeylessForm
from accesskeys.console.views.errors import too_many_requests
from accesskeys.core.keys_in_text import is_mostly_in
from identity_cloud.operators import attempts
from identity_cloud.operators.factors import passkeys
from identity_cloud.operators.views.counted import CountedMixin

PROBLEM = "sign_in_problem"  # In the session: what single sign-on has to say, and the status to say it with.


class SignInForm(KeylessForm, LoginForm):
    """A name and a password."""


@method_decorator(never_cache, name="dispatch")
class SignInPage(CountedMixin, LoginView):
    """Sign in with a name and a password."""

    http_method_names = ["get", "post", "head", "options"]
    is_signed_in = False
    not_counted = gettext_lazy(
        "Signing in is not possible at the moment: attempts cannot be counted. Try again in a few seconds."
    )
    kept = ("login",)
    form_class = SignInForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and not settings.PASSWORD_SIGN_IN:
            return self.untried(_("Passwords are switched off here."), status=HTTPStatus.FORBIDDEN)
        sentence, status = request.session.pop(PROBLEM, ("", HTTPStatus.OK))
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            return self.unavailable(sentence)
        if sentence:
            return self.untried(sentence, status=status)
        return super().dispatch(request, *args, **kwargs)

    def refused(self) -> HttpResponseBase | None:
        if self.request.method != "POST" or attempts.may_send(
            self.request, self.request.POST.get("login", "")
        ):
            return None
        return too_many_requests(self.request)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        context = super().get_context_data(**context)
        if is_mostly_in(context["redirect_field_value"] or ""):
            context["redirect_field"] = ""
            context["redirect_field_value"] = ""
        context["password_sign_in"] = settings.PASSWORD_SIGN_IN
        context["single_sign_on"] = settings.SINGLE_SIGN_ON
        context["has_passkeys"] = not passkeys.obstacle(self.request)
        return context

    def again(self) -> HttpResponseBase:
        """On to where it was going, for whoever signed in meanwhile; else the form."""
        if self.request.user.is_authenticated:
            onward: str = self.get_authenticated_redirect_url()  # type: ignore[no-untyped-call]
            return HttpResponseRedirect(onward)
        return self.untried(
            _(
                "This page was out of date, so nobody was signed in. "
                "Sign in again; if that does not help, allow cookies for this address."
            )
        )
