"""The page that revokes the access keys that were ticked in the list."""

from __future__ import annotations

from collections.abc import Collection
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import ngettext

from accesskeys import operations
from accesskeys.console.forms import BulkRevokeForm, SelectionForm
from accesskeys.console.views.base import ConsolePage
from accesskeys.console.views.errors import problem
from accesskeys.core.exceptions import NotFound
from accesskeys.http import redirect
from accesskeys.models import AccessKey
from accesskeys.operations import policy
from accesskeys.operations.policy import Operation


class AccessKeysRevokePage(ConsolePage):
    """The names of the selected access keys, and their number to be typed in before they are revoked."""

    operation = Operation.REVOKE
    section = "access_keys"
    template_name = "console/access_keys/revoke_many.html"

    def admit(self) -> None:
        super().admit()
        policy.authorize(self.actor, Operation.LIST)  # The page names them.

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        selection = SelectionForm(request.GET)
        if not selection.is_valid():
            return self.tell_what_is_wrong(selection)
        return self.confirm(selection.cleaned_data["id"])

    def post(self, request: HttpRequest) -> HttpResponse:
        selection = SelectionForm(request.POST)
        if not selection.is_valid():
            return self.tell_what_is_wrong(selection)
        ids = selection.cleaned_data["id"]
        form = BulkRevokeForm(request.POST, wanted=len(ids))
        if not form.is_valid():
            return self.confirm(ids, typed=form)
        revoked = self.revoke(ids)
        self.tell_what_was_done(revoked, absent=len(ids) - revoked)
        return redirect(request, reverse("accesskeys:access_key_list"))

    def again(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        selection = SelectionForm(request.POST)
        if not selection.is_valid():
            return self.tell_what_is_wrong(selection)
        ids = selection.cleaned_data["id"]
        return self.confirm(ids, typed=BulkRevokeForm(request.POST, wanted=len(ids)))

    def confirm(self, ids: Collection[UUID], *, typed: BulkRevokeForm | None = None) -> HttpResponse:
        """The page for those of them that are still there."""
        selected = list(AccessKey.objects.described().filter(pk__in=ids).order_by("name"))
        absent = len(ids) - len(selected)
        if not selected:
            self.tell_what_was_done(0, absent=absent)
            return redirect(self.request, reverse("accesskeys:access_key_list"))
        # Where some are gone, the number has changed: a fresh form asks for the new one.
        form = typed if typed and not absent else BulkRevokeForm(wanted=len(selected))
        return self.page(form=form, selected=selected, absent=absent)

    def revoke(self, ids: Collection[UUID]) -> int:
        """Revoke each in a transaction of its own; returns how many were still there."""
        revoked = 0
        for pk in ids:
            try:
                operations.revoke(access_key_id=pk, actor=self.actor)
            except NotFound:
                continue
            revoked += 1
        return revoked

    def tell_what_is_wrong(self, selection: SelectionForm) -> HttpResponse:
        """Back to the list to tick something, or 400. In the dialog over the list, the list keeps its ticks."""
        sentence = str(selection.errors["id"][0])
        if selection.has_error("id", "required"):
            messages.warning(self.request, sentence)
            return redirect(self.request, reverse("accesskeys:access_key_list"))
        return problem(self.request, HTTPStatus.BAD_REQUEST, "invalid", sentence)

    def tell_what_was_done(self, revoked: int, *, absent: int) -> None:
        """How many were revoked here, and how many by somebody else before."""
        if revoked:
            sentence = ngettext(
                "%(total)s access key is revoked. Programs that use it are refused from now on.",
                "%(total)s access keys are revoked. Programs that use them are refused from now on.",
                revoked,
            )
            messages.success(self.request, sentence % {"total": revoked})
        if absent:
            sentence = ngettext(
                "%(total)s selected access key is no longer there: somebody else has revoked it.",
                "%(total)s selected access keys are no longer there: somebody else has revoked them.",
                absent,
            )
            messages.warning(self.request, sentence % {"total": absent})

    @property
    def return_address(self) -> str:
        # With a hundred IDs in it, the address would be too long to be carried through the sign-in.
        return self.request.path
