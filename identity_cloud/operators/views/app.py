"""Add an app for codes to the own account."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accesskeys.core.exceptions import IntegrityFailure
from accesskeys.http import redirect
from identity_cloud.operators.factor_forms import CodeForm
from identity_cloud.operators.factors import pictures, totp
from identity_cloud.operators.factors.exceptions import AppExists
from identity_cloud.operators.operations.add_factor import add_app
from identity_cloud.operators.views.own import GravePage


class AddAppPage(GravePage):
    """A picture for the app, and a code that proves that the app has read it."""

    template_name = "account/add_app.html"

    def post(self, request: HttpRequest) -> HttpResponse:
        form = CodeForm(request.POST)
        if not form.is_valid():
            return self.ask(form=form)
        secret = self._secret()
        step = totp.step_of(secret, form.code_typed)
        if step is None:
            form.add_error("code", _("This code is not right. Wait for the next one and type that."))
            return self.ask(form=form)
        try:
            codes = add_app(secret=secret, used=step, actor=self.actor)
        except AppExists as exists:
            messages.warning(request, str(exists))
            return redirect(request, self.account_url)
        totp.end(request)
        messages.success(request, _("The app is added."))
        return self.show(codes) if codes else redirect(request, self.account_url)

    def again(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.ask(form=CodeForm())

    def ask(self, **context: Any) -> HttpResponse:
        secret = self._secret()
        address = get_adapter().build_totp_url(self.operator, secret)
        form = context.pop("form", None) or CodeForm()
        return self.page(form=form, secret=secret, picture=pictures.draw(address), **context)

    def _secret(self) -> str:
        try:
            return totp.begin(self.request, self.operator)
        except IntegrityFailure:  # It was begun under a master key that is gone.
            totp.end(self.request)
            return totp.begin(self.request, self.operator)
