"""The sections of the details page that are edited in place: scopes, expiry, limits, facts.

Each has an address that its form is sent to; what is wrong is said on the details page.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accesskeys import operations
from accesskeys.console.section_forms import ExpiryForm, FactsForm, LimitsForm, ScopesForm, SectionForm
from accesskeys.console.views.base import PostedPage
from accesskeys.console.views.details import AccessKeyDetailsPage
from accesskeys.core.exceptions import NotFound
from accesskeys.http import redirect
from accesskeys.operations.policy import Operation


class SectionPage(PostedPage, AccessKeyDetailsPage):
    """Where the form of one section is sent to."""

    name: ClassVar[str]
    form_class: ClassVar[type[SectionForm]]

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        try:
            form = self.form_class(request.POST, access_key=self.access_key)
            if form.is_valid() and form.is_current():
                with form.judged():
                    messages.success(request, self.save(form))
                    return redirect(request, self.details_url)
        except NotFound:
            return self.tell_it_is_gone()
        form.focus_on_first_error()
        return self.with_form(form)

    def again(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.with_form(self.form_class(request.POST, access_key=self.access_key))

    def with_form(self, form: SectionForm) -> HttpResponse:
        """The details page, with this section open."""
        context: dict[str, Any] = {f"{self.name}_form": form}
        return self.page(**context)

    @abstractmethod
    def save(self, form: Any) -> str:
        """Do it; returns the sentence that says so."""


class AccessKeyScopesPage(SectionPage):
    operation = Operation.RESCOPE
    name = "scopes"
    form_class = ScopesForm

    def save(self, form: ScopesForm) -> str:
        operations.rescope(access_key_id=self.access_key_id, scopes=form.wished_scopes(), actor=self.actor)
        return _("The scopes are saved. They hold from the next request on.")


class AccessKeyExpiryPage(SectionPage):
    operation = Operation.EXTEND
    name = "expiry"
    form_class = ExpiryForm

    def save(self, form: ExpiryForm) -> str:
        extended = operations.extend(
            access_key_id=self.access_key_id, expires_at=form.expires_at(), actor=self.actor
        )
        if not extended.works_again:
            return _("The expiry is saved. It holds from the next request on.")
        if extended.access_key.is_suspended:
            return _("The expiry is saved. The access key is still suspended, so its key is refused.")
        return _("The expiry is saved. The key works again from now on.")


class AccessKeyLimitsPage(SectionPage):
    operation = Operation.LIMIT
    name = "limits"
    form_class = LimitsForm

    def save(self, form: LimitsForm) -> str:
        operations.limit(access_key_id=self.access_key_id, actor=self.actor, **form.limits())
        return _("The limits are saved. They hold from the next request on.")


class AccessKeyFactsPage(SectionPage):
    operation = Operation.DESCRIBE
    name = "facts"
    form_class = FactsForm

    def save(self, form: FactsForm) -> str:
        operations.describe(access_key_id=self.access_key_id, actor=self.actor, **form.facts())
        return _("Owner, description and labels are saved.")
