"""The page that finds the access key that a key belongs to."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accesskeys import operations
from accesskeys.console.forms import FindForm
from accesskeys.console.views.base import ConsolePage
from accesskeys.core.exceptions import UnknownKey
from accesskeys.http import redirect
from accesskeys.operations.policy import Operation


class AccessKeyFindPage(ConsolePage):
    """For somebody who holds a key and wonders whose it is. The key is only ever posted."""

    operation = Operation.FIND
    section = "access_keys"
    template_name = "console/access_keys/find.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page(form=FindForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = FindForm(request.POST)
        if form.is_valid():
            try:
                access_key = operations.find_by_key(key=form.cleaned_data["key"], actor=self.actor)
            except UnknownKey as refusal:
                form.add_error("key", str(refusal))
            else:
                return redirect(request, reverse("accesskeys:access_key_details", args=[access_key.pk]))
        return self.page(form=form)
