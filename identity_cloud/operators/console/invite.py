"""The page that invites an operator."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from accesskeys.console.views.base import ConsolePage
from accesskeys.operations.policy import Operation
from identity_cloud.operators import operations
from identity_cloud.operators.console.base import address_of
from identity_cloud.operators.console.forms import InviteForm
from identity_cloud.operators.exceptions import PasswordsOff


class OperatorInvitePage(ConsolePage):
    """A name and roles, and then the link, in this one answer."""

    operation = Operation.INVITE_OPERATOR
    heading = gettext_lazy("Invite operator")
    section = "operators"
    template_name = "operators/invite.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page(form=InviteForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = InviteForm(request.POST)
        if form.is_valid():
            try:
                with form.judged() as typed:
                    made = operations.invite(actor=self.actor, **typed)
                    return self.page(made=made, link=address_of(made))
            except PasswordsOff as refusal:
                return self.page(form=form, problem=str(refusal))
        form.focus_on_first_error()
        return self.page(form=form)

    def again(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page(form=InviteForm(request.POST))
