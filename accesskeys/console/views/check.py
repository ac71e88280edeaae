"""Would this request pass? ``explain_access_key`` for the page."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from accesskeys.console.check_form import CheckForm
from accesskeys.console.views.details import AccessKeyDetailsPage
from accesskeys.core.exceptions import CountersUnavailable, NotFound
from accesskeys.http import redirect
from accesskeys.operations.policy import Operation
from accesskeys.verification.explaining import Verdict, explain

# What the program hears; all the other refusals are 401.
_HEARD = {"rate": HTTPStatus.TOO_MANY_REQUESTS, "scope": HTTPStatus.FORBIDDEN}


class AccessKeyCheckPage(AccessKeyDetailsPage):
    """The details page with an answer. A posted one, so that no address of ours holds what was typed."""

    operation = Operation.DETAILS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(request, self.details_url)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        try:
            form = CheckForm(request.POST, access_key=self.access_key)
        except NotFound:
            return self.tell_it_is_gone()
        if not form.is_valid():
            return self.page(check_form=form)
        try:
            verdicts = list(
                explain(self.access_key, form.attempt, form.cleaned_data["scopes"], is_now=form.is_now)
            )
        except CountersUnavailable as failure:
            return self.page(check_form=form, unknown=failure)
        return self.page(check_form=form, verdicts=verdicts, heard=_heard(verdicts[-1]))

    def again(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.page(check_form=CheckForm(request.POST, access_key=self.access_key))


def _heard(last: Verdict) -> int:
    return HTTPStatus.OK if last.passes else _HEARD.get(last.check, HTTPStatus.UNAUTHORIZED)
