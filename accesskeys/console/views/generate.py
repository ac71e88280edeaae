"""The page that generates an access key."""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accesskeys import operations
from accesskeys.console.forms import GenerateForm, NameCheckForm
from accesskeys.console.verbatim import naming
from accesskeys.console.views.base import ConsolePage
from accesskeys.console.views.details import IS_NEW
from accesskeys.http import htmx, redirect
from accesskeys.models import AccessKey
from accesskeys.operations import policy
from accesskeys.operations.policy import Operation


class AccessKeyGeneratePage(ConsolePage):
    """A name, and if wished an expiry and scopes, for a new access key."""

    operation = Operation.GENERATE
    heading = gettext_lazy("Generate access key")
    section = "access_keys"
    template_name = "console/access_keys/generate.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.asks_about_name:
            return render(
                request, "console/access_keys/_name_check.html", {"form": NameCheckForm(request.GET)}
            )
        like = self.like
        is_missing = like is None and "like" in request.GET
        return self.page(form=GenerateForm.fresh(like), nothing_is_copied=is_missing)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = GenerateForm(request.POST)
        if form.is_valid():
            with form.judged():
                access_key, _key = operations.generate(**form.wishes(), actor=self.actor)
                return self.present(access_key)
        return self.page(form=form)

    @property
    def like(self) -> AccessKey | None:
        """The access key that the new one is to be like, where somebody asked for that and may see it."""
        if not policy.may(self.actor, Operation.DETAILS):
            return None
        with suppress(ValueError):
            wanted = UUID(self.request.GET.get("like", ""))
            return AccessKey.objects.described().filter(pk=wanted).first()
        return None

    @property
    def asks_about_name(self) -> bool:
        """Whether the page asks, while somebody types, if the name can be used."""
        return "name" in self.request.GET and bool(htmx(self.request))

    def send_to_sign_in(self) -> HttpResponse:
        if self.asks_about_name:  # No reason to leave a form that is being filled in.
            return HttpResponse(status=HTTPStatus.NO_CONTENT)
        return super().send_to_sign_in()

    def again(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page(form=GenerateForm(request.POST))

    def present(self, access_key: AccessKey) -> HttpResponse:
        """On to the details of the new access key, where its key is still hidden."""
        sentence = naming(_("Access key %(name)s is generated."), access_key.name)
        messages.success(self.request, sentence, extra_tags=IS_NEW)
        return redirect(self.request, reverse("accesskeys:access_key_details", args=[access_key.pk]))
