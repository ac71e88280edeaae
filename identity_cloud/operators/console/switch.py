"""Deactivate an operator, and activate one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accesskeys.console.verbatim import naming
from accesskeys.http import redirect
from accesskeys.models import AccessKey
from accesskeys.operations.policy import Operation
from identity_cloud.operators import operations
from identity_cloud.operators.console.base import OperatorPage, PostedPage
from identity_cloud.operators.exceptions import LastAdministrator

NAMED = 10


class OperatorDeactivatePage(OperatorPage):
    """What it means that an operator leaves, and the button."""

    operation = Operation.DEACTIVATE_OPERATOR
    heading = gettext_lazy("Deactivate operator")
    template_name = "operators/deactivate.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page()

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        name, is_own = self.subject.username, self.is_own
        try:
            operations.deactivate(operator_id=pk, actor=self.actor)
        except LastAdministrator as refusal:
            return self.page(problem=str(refusal))
        if is_own:
            logout(request)
            messages.success(request, _("Your account is deactivated, and you are signed out."))
            return redirect(request, reverse("account_login"))
        messages.success(request, naming(_("%(name)s is deactivated and signed out everywhere."), name))
        return redirect(request, self.details_url)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        generated = AccessKey.objects.filter(created_by=self.subject.username)
        latest = generated.order_by("-created_at", "-id").only("name")[:NAMED]
        return super().get_context_data(generated=generated.count(), latest=latest, **context)


class OperatorActivatePage(PostedPage):
    """A button of the details page."""

    operation = Operation.ACTIVATE_OPERATOR

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        operator = operations.activate(operator_id=pk, actor=self.actor)
        messages.success(
            request, naming(_("%(name)s is activated and can sign in again."), operator.username)
        )
        return redirect(request, self.details_url)
