"""The page about one operator, and the roles that are changed on it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from accesskeys.console.repeats import Repeated, folded
from accesskeys.console.verbatim import naming
from accesskeys.http import redirect
from accesskeys.models import AuditEvent
from accesskeys.models.event_search import EventSearch
from accesskeys.models.pages import rows_by_id
from accesskeys.operations import policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.policy import Operation
from identity_cloud.operators import operations
from identity_cloud.operators.console.base import OperatorPage, PostedPage
from identity_cloud.operators.console.forms import RolesForm
from identity_cloud.operators.exceptions import LastAdministrator, RolesChanged
from identity_cloud.operators.operations.roles import other_groups_of
from identity_cloud.operators.operations.sessions import keys_of

RECENT_EVENTS = 20


class OperatorDetailsPage(OperatorPage):
    """Roles to change, what is known about the operator, and what can be done."""

    operation = Operation.LIST_OPERATORS
    template_name = "operators/details.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page()

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(
            **{
                "form": RolesForm(operator=self.subject),
                "other_groups": other_groups_of(self.subject),
                "sessions": len(keys_of(self.subject)),
                "repeated": self.recent_events,
                **context,
            }
        )

    @property
    def recent_events(self) -> list[Repeated] | None:
        """What the operator did last, and what was done to it, for those who may read the audit log."""
        if not policy.may(self.actor, Operation.READ_AUDIT_LOG):
            return None
        events = AuditEvent.objects.all()
        latest = EventSearch(operator_id=self.subject.pk).newest(events, RECENT_EVENTS).ids
        return folded(rows_by_id(events, latest))


class OperatorRolesPage(OperatorDetailsPage, PostedPage):
    """Saves the roles that were ticked."""

    operation = Operation.SET_ROLES

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return PostedPage.get(self, request, *args, **kwargs)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = RolesForm(request.POST, operator=self.subject)
        if not form.is_valid():
            return self.page(form=form)
        key = request.session.session_key if self.is_own else None
        try:
            operations.set_roles(
                operator_id=pk,
                roles=form.cleaned_data["roles"],
                actor=self.actor,
                expected=form.expected,
                but=key,
            )
        except (LastAdministrator, RolesChanged) as refusal:
            return self.page(problem=str(refusal))
        messages.success(request, naming(_("The roles of %(name)s are saved."), self.subject.username))
        return redirect(request, self.details_url if self.may_stay else reverse("accesskeys:home"))

    @property
    def may_stay(self) -> bool:
        """Whether who has changed the own roles may still see this page."""
        present = Actor.for_operator(User.objects.get(pk=self.subject.pk), address=None)
        return not self.is_own or policy.may(present, Operation.LIST_OPERATORS)

    def again(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.page(form=RolesForm(request.POST, operator=self.subject))
