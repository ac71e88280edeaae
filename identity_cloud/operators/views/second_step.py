"""The second step of the sign-in, for whoever has a second factor."""

from __future__ import annotations

import json
from typing import Any

from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from identity_cloud.operators import factors, sign_in_log
from identity_cloud.operators.factor_forms import CodeForm, credential_in
from identity_cloud.operators.factors import condition, passkeys
from identity_cloud.operators.factors.exceptions import CopiedPasskey
from identity_cloud.operators.views.counted import CountedMixin


@method_decorator(
    login_stage_required(stage=AuthenticateStage.key, redirect_urlname="account_login"), name="dispatch"
)
class SecondStepPage(CountedMixin, FormView):  # type: ignore[type-arg]
    """A passkey, a code from the app, or a recovery code. Or leave it, and sign in as somebody else."""

    is_hashed = False
    is_signed_in = False
    not_counted = gettext_lazy(
        "Signing in is not possible at the moment: attempts cannot be counted. Try again in a few seconds."
    )
    form_class = CodeForm
    template_name = "account/second_step.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not factors.has_factor(self.operator):  # They were reset meanwhile.
            return self._begin_again()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "cancel" in request.POST:
            return self._begin_again()
        if "credential" in request.POST:
            return self._judge_passkey(credential_in(request.POST))
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: CodeForm) -> HttpResponse:
        try:
            authenticator = factors.check_code(self.operator, form.cleaned_data["code"])
        except ValidationError as refusal:
            form.add_error(None, refusal)
            return self.form_invalid(form)
        if authenticator is None:
            form.add_error("code", _("This code is not right, or was used before."))
            return self.form_invalid(form)
        return self._go_on(authenticator)

    def _begin_again(self) -> HttpResponse:
        clear_login(self.request)
        return HttpResponseRedirect(reverse("account_login"))

    def _judge_passkey(self, credential: Any) -> HttpResponse:
        sentence = _("This passkey was not accepted. Try again, or use a code.")
        try:
            if authenticator := factors.complete_passkey(self.request, self.operator, credential):
                return self._go_on(authenticator)
        except CopiedPasskey as copied:
            sign_in_log.refused(self.request, self.operator, copied.code)
            sentence = str(copied)
        return self.render_to_response(self.get_context_data(form=CodeForm(), problem=sentence))

    def _go_on(self, authenticator: Authenticator) -> HttpResponse:
        post_authentication(self.request, authenticator)
        response: HttpResponse = self.request._login_stage.exit()  # type: ignore[attr-defined]
        return response

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        kinds = factors.usable_kinds(self.operator)
        can_ask = passkeys.KIND in kinds and not passkeys.obstacle(self.request)
        options = factors.begin_passkey(self.request, self.operator) if can_ask else None
        return super().get_context_data(
            unusable=condition.obstacle(self.operator),
            has_passkey=passkeys.KIND in kinds,
            obstacle=passkeys.obstacle(self.request),
            options=json.dumps(options),
            has_codes=bool(kinds - {passkeys.KIND}),
            **context,
        )

    @property
    def operator(self) -> AbstractUser:
        """Who has typed the right password."""
        operator: AbstractUser = self.request._login_stage.login.user  # type: ignore[attr-defined]
        return operator
