"""New recovery codes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from accesskeys.http import redirect
from identity_cloud.operators.factors.exceptions import NoFactor
from identity_cloud.operators.operations.add_factor import renew_recovery_codes
from identity_cloud.operators.views.own import GravePage


class RecoveryCodesPage(GravePage):
    """A button, and then the codes."""

    template_name = "account/renew_recovery_codes.html"

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.show(renew_recovery_codes(actor=self.actor))
        except NoFactor as refusal:
            messages.warning(request, str(refusal))
            return redirect(request, self.account_url)
