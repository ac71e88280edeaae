"""The page about one access key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from accesskeys import operations
from accesskeys.console.check_form import CheckForm
from accesskeys.console.repeats import Repeated, folded
from accesskeys.console.section_forms import (
    ExpiryForm,
    FactsForm,
    LimitsForm,
    RenameForm,
    ScopesForm,
    SectionForm,
)
from accesskeys.console.verbatim import naming
from accesskeys.console.views.base import AccessKeyPage
from accesskeys.core.exceptions import NotFound
from accesskeys.http import htmx, redirect
from accesskeys.models import AuditEvent, HandOver
from accesskeys.operations import policy
from accesskeys.operations.policy import Operation

RECENT_EVENTS = 10
EVENTS_TO_FOLD = 50
CLOSED_LINKS = 5
# What is edited in place, by the word in the address that opens its form.
SECTIONS: Mapping[str, tuple[Operation, type[SectionForm]]] = {
    "facts": (Operation.DESCRIBE, FactsForm),
    "scopes": (Operation.RESCOPE, ScopesForm),
    "expiry": (Operation.EXTEND, ExpiryForm),
    "limits": (Operation.LIMIT, LimitsForm),
}
IS_NEW = "is_new"  # Marks the message of the page that follows a generation.


class AccessKeyDetailsPage(AccessKeyPage):
    """One access key: its name to change, its key hidden, and all that is known about it."""

    template_name = "console/access_keys/details.html"

    @property
    def operation(self) -> Operation:  # type: ignore[override]
        """Reading it, or saving another name."""
        return Operation.RENAME if self.request.method == "POST" else Operation.DETAILS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page()

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        try:
            form = RenameForm(request.POST, access_key=self.access_key)
            if form.is_valid() and form.is_current():
                with form.judged() as typed:
                    access_key = operations.rename(access_key_id=pk, name=typed["name"], actor=self.actor)
                    messages.success(request, naming(_("The name is now %(name)s."), access_key.name))
                    return redirect(request, self.details_url)
        except NotFound:
            return self.tell_it_is_gone()
        form.focus_on_first_error()
        return self.page(form=form)

    def again(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.page(form=RenameForm(request.POST, access_key=self.access_key))

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(
            **{
                "access_key": self.access_key,
                "form": RenameForm(access_key=self.access_key),
                "check_form": CheckForm(access_key=self.access_key),
                "closed": htmx(self.request).target or "",
                **self.opened,
                "rotation": self.rotation,
                "is_fresh": self.access_key.is_usable and self.access_key.last_used_at is None,
                "is_new": any(
                    message.extra_tags == IS_NEW for message in messages.get_messages(self.request)
                ),
                "suspension": AuditEvent.objects.that_suspended(self.access_key),
                "hand_overs": self.hand_overs,
                "repeated": self.recent_events,
                "base_address": self.request.build_absolute_uri("/").rstrip("/"),
                **context,
            }
        )

    @property
    def opened(self) -> dict[str, SectionForm]:
        """The form of the section that is edited, for those who may."""
        section = self.request.GET.get("edit", "")
        if section not in SECTIONS:
            return {}
        operation, form_class = SECTIONS[section]
        if not policy.may(self.actor, operation):
            return {}
        form = form_class(access_key=self.access_key)
        next(iter(form.visible_fields())).field.widget.attrs["autofocus"] = True
        return {f"{section}_form": form}

    @property
    def hand_overs(self) -> list[HandOver] | None:
        """The links to the key, all that are open and the latest of the others, for those who may take them back."""
        if policy.may(self.actor, Operation.TAKE_BACK):
            links = self.access_key.hand_overs.defer("digest")
            return [*links.open(), *links.closed()[:CLOSED_LINKS]]
        return None

    @property
    def recent_events(self) -> list[Repeated] | None:
        """The latest entries of the audit log about this access key, for those who may read them."""
        if policy.may(self.actor, Operation.READ_AUDIT_LOG):
            latest = AuditEvent.objects.about(self.access_key_id).order_by("-at", "-id")[:EVENTS_TO_FOLD]
            return folded(latest)[:RECENT_EVENTS]
        return None
