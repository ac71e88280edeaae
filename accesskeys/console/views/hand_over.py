"""The part of the details page that hands a key over, and takes links back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accesskeys import operations
from accesskeys.console.hand_over_forms import HandOverForm
from accesskeys.console.views.base import AccessKeyPage, PostedPage
from accesskeys.core import conf
from accesskeys.core.exceptions import (
    AlreadyOpened,
    IntegrityFailure,
    NotFound,
    NotHandedOver,
    TooManyReveals,
)
from accesskeys.core.links import link
from accesskeys.http import redirect
from accesskeys.operations.policy import Operation


class AccessKeyHandOverPage(AccessKeyPage):
    """For how long, and then the link, in this one answer."""

    operation = Operation.HAND_OVER
    heading = gettext_lazy("Hand over")
    template_name = "console/access_keys/hand_over.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.ask(HandOverForm())

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        form = HandOverForm(request.POST)
        try:
            if form.is_valid():
                made = operations.hand_over(
                    access_key_id=pk, actor=self.actor, reason=self.reason, **form.cleaned_data
                )
                page = conf.public_url() + reverse("accesskeys:open_hand_over")
                return self.ask(form, made=made.hand_over, link=link(page, made.secret))
        except (IntegrityFailure, NotHandedOver, TooManyReveals) as refusal:
            return self.ask(form, problem=str(refusal))
        except NotFound:
            return self.tell_it_is_gone()
        return self.ask(form)

    def again(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.ask(HandOverForm(request.POST))

    def ask(self, form: HandOverForm, **context: Any) -> HttpResponse:
        """The page, unless somebody has revoked the access key."""
        try:
            return self.page(form=form, access_key=self.access_key, rotation=self.rotation, **context)
        except NotFound:
            return self.tell_it_is_gone()


class HandOverTakeBackPage(PostedPage):
    """A button beside an open link."""

    operation = Operation.TAKE_BACK

    def post(self, request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
        try:
            operations.take_back(access_key_id=pk, number=number, actor=self.actor)
        except AlreadyOpened as refusal:
            messages.warning(request, str(refusal))
        except NotFound:
            return self.tell_it_is_gone()
        else:
            messages.success(request, _("The link is taken back. It shows nothing any more."))
        return redirect(request, self.details_url)
