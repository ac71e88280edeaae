"""The pages that rotate an access key, and come to the end of it."""

from __future__ import annotations

from abc import abstractmethod
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accesskeys import operations
from accesskeys.console.rotation_form import RotateForm
from accesskeys.console.verbatim import naming
from accesskeys.console.views.base import AccessKeyPage
from accesskeys.core.exceptions import NotFound
from accesskeys.core.rotation_exceptions import NotRotating, RotationError, RotationPending
from accesskeys.http import redirect
from accesskeys.models import AccessKey, Rotation
from accesskeys.operations.policy import Operation


class AccessKeyRotatePage(AccessKeyPage):
    """What a rotation means, and until when the old key is accepted."""

    operation = Operation.ROTATE
    heading = gettext_lazy("Rotate access key")
    template_name = "console/access_keys/rotate.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.ask(RotateForm())

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        form = RotateForm(request.POST)
        if not form.is_valid():
            return self.ask(form)
        try:
            # The key is shown on the details page, to whoever may see it, and when it is wanted.
            access_key = operations.rotate(
                access_key_id=pk, actor=self.actor, is_shown=False, **form.cleaned_data
            ).access_key
        except NotFound:
            return self.tell_it_is_gone()
        except RotationPending as refusal:
            return self.tell_what_was_not_done(refusal)
        sentence = _("Access key %(name)s has a next key. Give it to the programs that use the present one.")
        messages.success(request, naming(sentence, access_key.name))
        return redirect(request, self.details_url)

    def again(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.ask(RotateForm(request.POST))

    def ask(self, form: RotateForm) -> HttpResponse:
        """The page, unless somebody else has revoked it, or rotated it already."""
        try:
            rotation = operations.find_rotation(self.access_key_id)
        except NotRotating:
            return self.page(form=form, access_key=self.access_key)
        except NotFound:
            return self.tell_it_is_gone()
        return self.lead_to_both_keys(rotation)

    def lead_to_both_keys(self, rotation: Rotation) -> HttpResponse:
        """Back to the details, where the rotation stands."""
        sentence = (
            _("Access key %(name)s has a next key already, and the old one has ended.")
            if rotation.has_old_key_ended
            else _("Access key %(name)s has a next key already. The old one can be ended on this page.")
        )
        messages.info(self.request, naming(sentence, self.access_key.name))
        return redirect(self.request, self.details_url)

    def tell_what_was_not_done(self, refusal: RotationPending) -> HttpResponse:
        """The same for somebody who has chosen other times than the pending rotation has."""
        sentence = (
            _(
                "Nothing was changed: access key %(name)s has a next key already, and the old one ended %(end)s."
            )
            if refusal.has_ended
            else _(
                "Nothing was changed: access key %(name)s has a next key already. "
                "The old one is accepted until %(end)s at the latest."
            )
        )
        sentence = sentence.replace("%(end)s", _to_the_minute(refusal.ends_at))
        messages.warning(self.request, naming(sentence, self.access_key.name))
        return redirect(self.request, self.details_url)


class RotationEndPage(AccessKeyPage):
    """One more look at the rotation, and the button that ends it."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return self.page(
                access_key=self.access_key, rotation=operations.find_rotation(self.access_key_id)
            )
        except NotFound:
            return self.tell_it_is_gone()
        except RotationError as refusal:
            return self.tell_why_not(refusal)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        try:
            access_key = self.end()
        except NotFound:
            return self.tell_it_is_gone()
        except RotationError as refusal:
            return self.tell_why_not(refusal)
        messages.success(request, naming(self.sentence, access_key.name))
        return redirect(request, self.details_url)

    def tell_why_not(self, refusal: RotationError) -> HttpResponse:
        """Back to the details, which have changed since."""
        messages.warning(self.request, str(refusal))
        return redirect(self.request, self.details_url)

    @abstractmethod
    def end(self) -> AccessKey:
        """Do it."""

    @property
    @abstractmethod
    def sentence(self) -> str:
        """What it means for programs, with ``%(name)s`` in it."""


class RotationCompletionPage(RotationEndPage):
    operation = Operation.COMPLETE_ROTATION
    heading = gettext_lazy("End the old key now")
    template_name = "console/access_keys/end_old_key.html"

    def end(self) -> AccessKey:
        return operations.complete_rotation(access_key_id=self.access_key_id, actor=self.actor)

    @property
    def sentence(self) -> str:
        return _("The old key of access key %(name)s has ended. Programs that still use it are refused.")


class RotationCancellationPage(RotationEndPage):
    operation = Operation.CANCEL_ROTATION
    heading = gettext_lazy("Cancel rotation")
    template_name = "console/access_keys/cancel_rotation.html"

    def end(self) -> AccessKey:
        return operations.cancel_rotation(access_key_id=self.access_key_id, actor=self.actor)

    @property
    def sentence(self) -> str:
        return _("The next key of access key %(name)s is dropped. Programs go on using the present one.")


def _to_the_minute(moment: datetime) -> str:
    moment = moment.astimezone(UTC)
    return f"{date_format(moment, _('j M Y'))}, {moment:%H:%M} UTC"
