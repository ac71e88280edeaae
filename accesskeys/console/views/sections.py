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
from accesskeys.core.exceptions import NotFound, PreconditionFailed
from accesskeys.http import redirect
from accesskeys.operations.keeping import as_kept
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
        except PreconditionFailed:  # Somebody was faster by a moment: look at what there is now.
            del self.access_key
            return self.post(request, pk)
        form.focus_on_first_error()
        return self.with_form(form)

    def change(self, **wished: Any) -> operations.Changed:
        """Set these fields of the access key that the form was held against, and of no later one.

        To save what is saved is no change, and nothing for the audit log.
        """
        if all(getattr(self.access_key, name) == value for name, value in as_kept(wished).items()):
            return operations.Changed(self.access_key, works_again=False)
        return operations.change(
            access_key_id=self.access_key_id,
            wished=wished,
            actor=self.actor,
            expected=[operations.version_of(self.access_key)],
        )

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
        self.change(scopes=form.wished_scopes())
        return _("The scopes are saved. They hold from the next request on.")


class AccessKeyExpiryPage(SectionPage):
    operation = Operation.EXTEND
    name = "expiry"
    form_class = ExpiryForm

    def save(self, form: ExpiryForm) -> str:
        changed = self.change(expires_at=form.expires_at())
        if changed.works_again:
            return _("The expiry is saved. The key works again from now on.")
        if changed.access_key.is_suspended:
            return _("The expiry is saved. The access key is still suspended, so its key is refused.")
        return _("The expiry is saved. It holds from the next request on.")


class AccessKeyLimitsPage(SectionPage):
    operation = Operation.LIMIT
    name = "limits"
    form_class = LimitsForm

    def save(self, form: LimitsForm) -> str:
        self.change(**form.limits())
        return _("The limits are saved. They hold from the next request on.")


class AccessKeyFactsPage(SectionPage):
    operation = Operation.DESCRIBE
    name = "facts"
    form_class = FactsForm

    def save(self, form: FactsForm) -> str:
        self.change(**form.facts())
        return _("Owner, description and labels are saved.")
