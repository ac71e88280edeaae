"""What the pages about one operator share."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRefresh

from accesskeys.console.views.base import ConsolePage
from accesskeys.core import conf
from accesskeys.core.links import link
from accesskeys.http import htmx, redirect
from identity_cloud.operators.exceptions import NoSuchOperator
from identity_cloud.operators.operations.links import Made
from identity_cloud.operators.standing import described


class OperatorPage(ConsolePage):
    """A page about one operator. Whoever may not manage operators hears so, whether there is this one or not."""

    section = "operators"

    @cached_property
    def subject(self) -> User:
        """The operator that the page is about, read once. Raises NoSuchOperator."""
        operator = described().filter(pk=self.kwargs["pk"]).first()
        if operator is None:
            raise NoSuchOperator
        return operator

    @property
    def is_own(self) -> bool:
        """Whether the page is about who looks at it."""
        return bool(self.subject == self.request.user)

    @property
    def details_url(self) -> str:
        """The address of the page with all about the operator."""
        return reverse("operator_details", args=[self.kwargs["pk"]])

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(operator=self.subject, is_own=self.is_own, **context)


class PostedPage(OperatorPage):
    """An address that a button posts to. Whoever only goes there is led to the details."""

    http_method_names = ["get", "head", "post"]

    def admit(self) -> None:
        if self.request.method not in {"GET", "HEAD"}:
            super().admit()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(request, self.details_url)

    def again(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A button holds nothing, so the page is loaded again and says why."""
        messages.warning(request, _("This page was out of date, so nothing was done. Try again."))
        return HttpResponseClientRefresh() if htmx(request) else redirect(request, self.details_url)

    @property
    def return_address(self) -> str:
        return self.details_url


def address_of(made: Made) -> str:
    """The link as it is sent to the operator, with its secret behind the #."""
    return link(conf.public_url() + reverse("one_time_link"), made.secret)
