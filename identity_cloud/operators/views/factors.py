"""Remove a factor from the own account, and set up the first one where it is required."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accesskeys.http import redirect
from accesskeys.operations.policy import Operation
from identity_cloud.operators.factors import FACTORS, is_last, passkeys
from identity_cloud.operators.factors.exceptions import LastFactor, NoSuchFactor
from identity_cloud.operators.middleware.second_factor import lacks_factor
from identity_cloud.operators.operations.remove_factor import remove_factor
from identity_cloud.operators.views.own import GravePage, OwnPage


class RemoveFactorPage(GravePage):
    """What it means, and a button."""

    operation = Operation.REMOVE_FACTOR
    template_name = "account/remove_factor.html"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            remove_factor(factor_id=pk, but=request.session.session_key, actor=self.actor)
        except (LastFactor, NoSuchFactor) as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("The factor is removed, and your other sessions are ended."))
        return redirect(request, self.account_url)

    def ask(self, **context: Any) -> HttpResponse:
        factors = Authenticator.objects.filter(user_id=self.operator.pk, type__in=FACTORS)
        factor = factors.filter(pk=self.kwargs["pk"]).first()
        if factor is None or (is_last(factor) and settings.SECOND_FACTOR_REQUIRED):
            messages.warning(self.request, str(LastFactor() if factor else NoSuchFactor()))
            return redirect(self.request, self.account_url)
        return self.page(factor=factor, is_passkey=factor.type == passkeys.KIND, is_last=is_last(factor))


class SetUpFactorPage(OwnPage):
    """Which one. For whoever has one, there is the account page."""

    template_name = "account/set_up_factor.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not lacks_factor(request):
            return redirect(request, self.account_url)
        return self.page(obstacle=passkeys.obstacle(request))
