"""Add a passkey to the own account, and call it otherwise."""

from __future__ import annotations

import json
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accesskeys.http import redirect
from identity_cloud.operators.factor_forms import PasskeyForm
from identity_cloud.operators.factors import passkeys
from identity_cloud.operators.factors.exceptions import NoSuchFactor
from identity_cloud.operators.operations.add_factor import add_passkey
from identity_cloud.operators.views.own import GravePage, OwnPage


class AddPasskeyPage(GravePage):
    """A name, and what the browser makes."""

    template_name = "account/add_passkey.html"

    def post(self, request: HttpRequest) -> HttpResponse:
        form = PasskeyForm(request.POST)
        if not form.is_valid():
            return self.ask(form=form)
        credential = passkeys.credential_of(request, form.credential)
        if credential is None:
            return self.ask(form=form, problem=_("The passkey was not added. Try again."))
        codes = add_passkey(name=form.cleaned_data["name"], credential=credential, actor=self.actor)
        messages.success(request, _("The passkey is added."))
        return self.show(codes) if codes else redirect(request, self.account_url)

    def again(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.ask(form=PasskeyForm(request.POST))

    def ask(self, **context: Any) -> HttpResponse:
        obstacle = passkeys.obstacle(self.request)
        options = None if obstacle else passkeys.begin_adding(self.operator)
        form = context.pop("form", None) or PasskeyForm(initial={"name": self._suggestion()})
        return self.page(form=form, obstacle=obstacle, options=json.dumps(options), **context)

    def _suggestion(self) -> str:
        count = Authenticator.objects.filter(user_id=self.operator.pk, type=passkeys.KIND).count()
        return _("Passkey %(number)s") % {"number": count + 1}


class RenamePasskeyPage(OwnPage):
    """Another name for it. Nothing depends on it, so it asks for no proof."""

    template_name = "account/rename_passkey.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            return self.page(form=PasskeyForm(initial={"name": passkeys.named(self.operator, pk)}))
        except NoSuchFactor as gone:
            return self._tell(gone)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = PasskeyForm(request.POST)
        if not form.is_valid():
            return self.page(form=form)
        try:
            passkeys.rename(self.operator, pk, form.cleaned_data["name"])
        except NoSuchFactor as gone:
            return self._tell(gone)
        messages.success(request, _("The passkey is renamed."))
        return redirect(request, self.account_url)

    def again(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page(form=PasskeyForm(request.POST))

    def _tell(self, gone: NoSuchFactor) -> HttpResponse:
        messages.warning(self.request, str(gone))
        return redirect(self.request, self.account_url)
