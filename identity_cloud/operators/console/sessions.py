"""End the sessions of an operator."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accesskeys.console.verbatim import naming
from accesskeys.http import redirect
from accesskeys.operations.policy import Operation
from identity_cloud.operators import operations
from identity_cloud.operators.console.base import PostedPage


class OperatorEndSessionsPage(PostedPage):
    """A button of the details page. On the own one, it leaves the session in which it was pressed."""

    operation = Operation.END_SESSIONS

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        key = request.session.session_key if self.is_own else None
        operations.end_sessions(operator_id=pk, actor=self.actor, but=key)
        if self.is_own:
            messages.success(request, _("All your other sessions have ended."))
        else:
            messages.success(request, naming(_("%(name)s is signed out everywhere."), self.subject.username))
        return redirect(request, self.details_url)
