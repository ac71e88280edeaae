"""The page that revokes an access key."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accesskeys import operations
from accesskeys.console.forms import RevokeForm
from accesskeys.console.verbatim import naming
from accesskeys.console.views.base import AccessKeyPage
from accesskeys.core.exceptions import NotFound
from accesskeys.http import redirect
from accesskeys.operations.policy import Operation


class AccessKeyRevokePage(AccessKeyPage):
    """What a revocation means, and the tick that it wants."""

    operation = Operation.REVOKE
    heading = gettext_lazy("Revoke access key")
    template_name = "console/access_keys/revoke.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.confirm(RevokeForm())

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        form = RevokeForm(request.POST)
        if not form.is_valid():
            return self.confirm(form)
        try:
            revoked = operations.revoke(access_key_id=pk, actor=self.actor)
        except NotFound:
            return self.tell_it_is_gone()
        sentence = _("Access key %(name)s is revoked. Programs that use it are refused from now on.")
        messages.success(request, naming(sentence, revoked.name))
        return redirect(request, reverse("accesskeys:access_key_list"))

    def again(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.confirm(RevokeForm(request.POST))

    def confirm(self, form: RevokeForm) -> HttpResponse:
        """The page, unless somebody else was faster."""
        try:
            return self.page(form=form, access_key=self.access_key)
        except NotFound:
            return self.tell_it_is_gone()
