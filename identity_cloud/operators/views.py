"""The pages of django-allauth that count attempts, as this console shows them."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any, ClassVar

from allauth.account.forms import LoginForm
from allauth.account.views import LoginView, LogoutView, PasswordChangeView
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from redis.exceptions import RedisError

from accesskeys.console.typed_keys import KeylessForm, without_keys
from accesskeys.console.views.errors import unavailable
from accesskeys.core import once
from accesskeys.core.exceptions import Busy
from accesskeys.core.keys_in_text import is_mostly_in
from accesskeys.http import RETRY_AFTER_SECONDS, prefers_json
from identity_cloud.operators.hashing import TURNS

logger = logging.getLogger("identity_cloud.operators")


PROBLEM = "sign_in_problem"  # In the session: what single sign-on has to say, and the status to say it with.


class CountedMixin:
    """A form whose attempts are counted. Where they cannot be, none is made: a limit that nobody counts is none.

    Nor is one where too many passwords are being checked. What was not tried does not count.
    """

    request: HttpRequest
    is_stale = False  # Its form was sent by a page from before the last sign-in; see ``csrf_failure``.
    is_signed_in: ClassVar[bool]  # Who sends this form.
    not_counted: ClassVar[str | Promise]
    kept: ClassVar[tuple[str, ...]] = ()  # What is still in the fields then. Never a password.

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.is_stale:
            return self.again()
        try:
            if request.method == "POST" and request.user.is_authenticated == self.is_signed_in:
                TURNS.check()  # Before the attempt is counted.
            response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        except (RedisError, OSError) as error:  # From the cache: a Redis, or files.
            if once.a_minute("attempts", error):
                logger.error("Attempts cannot be counted: %s", error)
            return self.unavailable(str(self.not_counted))
        except Busy as busy:
            return self.unavailable(str(busy))
        return response

    def unavailable(self, sentence: str) -> HttpResponseBase:
        """503: the form once more, with the name of what could not be done."""
        if prefers_json(self.request):
            return unavailable(self.request, sentence)
        response = self.untried(sentence, status=HTTPStatus.SERVICE_UNAVAILABLE)
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response

    def again(self) -> HttpResponseBase:
        """The form once more, with a fresh token. Nothing was tried."""
        return self.untried(
            _("This form was out of date, so nothing was done. Fill it in and send it again.")
        )

    def untried(self, sentence: str, *, status: int = HTTPStatus.OK) -> HttpResponseBase:
        """The page as at first, except for what is kept and the sentence."""
        view: Any = self
        typed = without_keys(self.request.POST)
        wanted = view.get_form_kwargs() | {"initial": {name: typed.get(name) for name in self.kept}}
        form = view.get_form_class()(
            **{name: wanted[name] for name in wanted if name not in {"data", "files"}}
        )
        response: HttpResponseBase = view.render_to_response(
            view.get_context_data(form=form, problem=sentence), status=status
        )
        return response


class SignInForm(KeylessForm, LoginForm):
    """A name and a password."""


@method_decorator(never_cache, name="dispatch")
class SignInPage(CountedMixin, LoginView):
    """Sign in with a name and a password."""

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

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        context = super().get_context_data(**context)
        if is_mostly_in(context["redirect_field_value"] or ""):
            context["redirect_field"] = ""
            context["redirect_field_value"] = ""
        context["password_sign_in"] = settings.PASSWORD_SIGN_IN
        context["single_sign_on"] = settings.SINGLE_SIGN_ON
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


@method_decorator(never_cache, name="dispatch")
class PasswordPage(CountedMixin, PasswordChangeView):
    """Change the own password."""

    is_signed_in = True
    not_counted = gettext_lazy(
        "Changing the password is not possible at the moment: attempts cannot be counted. "
        "Try again in a few seconds."
    )

    def again(self) -> HttpResponseBase:
        if not self.request.user.is_authenticated:
            return HttpResponseRedirect(self.request.get_full_path())  # Which leads to the sign-in, and back.
        return super().again()


class SignOutPage(LogoutView):
    """Sign out; whoever comes with an old form is asked once more."""

    is_stale = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.is_stale:
            return HttpResponseRedirect(request.get_full_path())
        return super().dispatch(request, *args, **kwargs)
