"""The pages behind a one-time link. They need no sign-in: whoever holds the link is let in, once."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from allauth.account.forms import SetPasswordForm
from allauth.account.internal.flows.login import perform_login, perform_password_login, record_authentication
from allauth.account.models import Login
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from accesskeys.console.hand_over_forms import OpenHandOverForm
from accesskeys.console.views.errors import too_many_requests
from accesskeys.core.exceptions import RateLimited
from accesskeys.http import client_address, redirect
from accesskeys.operations.actors import Actor
from identity_cloud.operators import operations
from identity_cloud.operators.exceptions import LinkClosed
from identity_cloud.operators.factor_forms import PasskeyForm
from identity_cloud.operators.factors import has_factor, passkeys
from identity_cloud.operators.factors.exceptions import KeptFactor
from identity_cloud.operators.hashing import TURNS
from identity_cloud.operators.models import OneTimeLink, Purpose
from identity_cloud.operators.operations import links

DIGEST = "one_time_link"  # In the session, in hexadecimal: the secret stays with who holds the link.


@method_decorator(never_cache, name="dispatch")
class LinkPage(TemplateView):
    """A page for somebody who is not signed in. Who is signed in keeps the link for whom it is meant."""

    http_method_names = ["get", "post", "head", "options"]
    is_stale = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = self.answer(request, *args, **kwargs)
        except LinkClosed as refusal:
            response = self.page(HTTPStatus.NOT_FOUND, form=None, problem=str(refusal))
        except RateLimited as refusal:
            response = too_many_requests(request)
            response["Retry-After"] = str(refusal.retry_after)
        response["X-Robots-Tag"] = "noindex"
        return response

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """What the page says where nothing goes wrong."""
        if request.user.is_authenticated and request.method in {"GET", "HEAD", "POST"}:
            return self.page(form=None)
        if self.is_stale:
            return self.get(request, *args, **kwargs)
        return super().dispatch(request, *args, **kwargs)

    def page(self, status: int = HTTPStatus.OK, **context: Any) -> HttpResponse:
        """This page with the given context."""
        return self.render_to_response(self.get_context_data(**context), status=status)


class OneTimeLinkPage(LinkPage):
    """A button, and only then the way in: mail scanners follow links, and press nothing."""

    template_name = "operators/one_time_link.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page(form=OpenHandOverForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = OpenHandOverForm(request.POST)
        if not form.is_valid():
            return self.page(form=form)
        actor = Actor.for_stranger(address=client_address(request))
        link = links.find(form.cleaned_data["secret"], actor=actor)
        if link.purpose == Purpose.SIGN_IN:
            operator = operations.use_sign_in_link(link=link)
            record_authentication(request, operator, method=DIGEST)
            return perform_login(request, Login(user=operator))
        request.session[DIGEST] = bytes(link.digest).hex()
        return redirect(request, reverse("choose_password"))


class ChoicePage(LinkPage):
    """What an operator chooses who came by a link."""

    @property
    def link(self) -> OneTimeLink:
        """The link that led here; raises LinkClosed."""
        return links.by_digest(bytes.fromhex(self.request.session.get(DIGEST, "")))

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        operator = context.get("operator")
        may_make_passkey = operator and not has_factor(operator) and not passkeys.obstacle(self.request)
        return super().get_context_data(may_make_passkey=may_make_passkey, **context)


class ChoosePasswordPage(ChoicePage):
    """A password. Whoever would rather have a passkey is one step away from it."""

    template_name = "operators/choose_password.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        link = self.link
        return self.page(form=SetPasswordForm(link.operator), operator=link.operator)

    def post(self, request: HttpRequest) -> HttpResponse:
        link = self.link
        TURNS.check()
        form = SetPasswordForm(link.operator, request.POST)
        if not form.is_valid():
            return self.page(form=form, operator=link.operator)
        password = form.cleaned_data["password1"]
        operator = operations.choose_password(link=link, password=password, address=client_address(request))
        del request.session[DIGEST]
        return perform_password_login(request, {"username": operator.username}, Login(user=operator))


class ChoosePasskeyPage(ChoicePage):
    """A passkey, which is both steps of each sign-in."""

    template_name = "operators/choose_passkey.html"

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().answer(request, *args, **kwargs)
        except KeptFactor as kept:
            messages.info(request, str(kept))
            return redirect(request, reverse("choose_password"))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.ask(
            self.link.operator, PasskeyForm(initial={"name": _("Passkey %(number)s") % {"number": 1}})
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        link, form = self.link, PasskeyForm(request.POST)
        if not form.is_valid():
            return self.ask(link.operator, form)
        credential = passkeys.credential_of(request, form.credential)
        if credential is None:
            return self.ask(link.operator, form, problem=_("The passkey was not added. Try again."))
        passkey = operations.choose_passkey(
            link=link,
            name=form.cleaned_data["name"],
            credential=credential,
            address=client_address(request),
        )
        del request.session[DIGEST]
        response: HttpResponse = perform_passwordless_login(request, passkey, Login(user=link.operator))
        return response

    def ask(self, operator: User, form: PasskeyForm, **context: Any) -> HttpResponse:
        """The form, for whoever the link is meant for. Raises KeptFactor."""
        if has_factor(operator):
            raise KeptFactor
        obstacle = passkeys.obstacle(self.request)
        options = None if obstacle else passkeys.begin_adding(operator)
        return self.page(
            form=form, operator=operator, obstacle=obstacle, options=json.dumps(options), **context
        )
