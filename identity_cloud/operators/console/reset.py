"""Reset an operator who has lost what is needed to sign in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from accesskeys.operations.policy import Operation
from identity_cloud.operators import operations
from identity_cloud.operators.console.base import OperatorPage, address_of
from identity_cloud.operators.exceptions import Inactive, OwnAccount, PasswordsOff

KEEP = "keep_factors"  # In the form.


class OperatorResetPage(OperatorPage):
    """What it removes, and then the link, in this one answer."""

    operation = Operation.RESET_OPERATOR
    heading = gettext_lazy("Reset operator")
    template_name = "operators/reset.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page(keeps_factors=KEEP in request.POST)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            made = operations.reset(operator_id=pk, actor=self.actor, keep_factors=KEEP in request.POST)
        except (Inactive, OwnAccount, PasswordsOff) as refusal:
            return self.page(problem=str(refusal))
        return self.page(made=made, link=address_of(made))
