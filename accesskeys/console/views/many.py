"""Doing one thing to many access keys: those that were ticked in the list, or all that match its filter."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django_htmx.http import reselect, retarget

from accesskeys import operations
from accesskeys.console import many_words
from accesskeys.console.filters import AccessKeyFilter
from accesskeys.console.many_forms import ManyForm, SelectionForm, form_for
from accesskeys.console.views.base import ConsolePage
from accesskeys.console.views.errors import problem
from accesskeys.core.exceptions import TooMany
from accesskeys.http import htmx, redirect
from accesskeys.models import AccessKey, BulkRun
from accesskeys.operations import policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.change_many import FOR_MANY
from accesskeys.operations.policy import Operation

GOES_ON = "run_goes_on"  # In the session: the run whose page is to go on by itself, once.
# What the script sends, and so whether it stands on the run's own page.
PAGE_ID, PROGRESS_ID = "run", "progress"


class ManyPage(ConsolePage):
    """What both pages have in common: looking over what is about to be done."""

    section = "access_keys"
    template_name = "console/access_keys/many.html"

    def authorize(self, operation: Operation) -> None:
        """Let in who may do it and may see them: the page names them."""
        policy.admit(self.actor, operation)
        policy.admit(self.actor, Operation.LIST)

    def confirm(self, run: BulkRun, form: ManyForm | None = None, *, absent: int = 0) -> HttpResponse:
        """The page to look them over. ``absent`` were gone before."""
        ids = [UUID(text) for text in run.ids]
        foreseen = operations.foresee_many(ids)
        absent += run.total - foreseen.total
        if not foreseen.total:
            messages.warning(self.request, many_words.absent(absent))
            return redirect(self.request, reverse("accesskeys:access_key_list"))
        operation = Operation(run.operation)
        return self.page(
            run=run,
            address=reverse("accesskeys:access_keys_run", args=[run.pk]),
            form=form or form_for(operation, None, wanted=run.total),
            foreseen=foreseen,
            heading=many_words.heading(operation, run.total),
            consequence=many_words.consequence(operation, run.total),
            used=many_words.used(foreseen.used),
            absent=many_words.absent(absent) if absent else "",
        )


class AccessKeysManyPage(ManyPage):
    """Where the list sends what was ticked. It is held fast, and looked over on a page of its own."""

    http_method_names = ["get", "head", "post"]

    def admit(self) -> None:
        """The form names the operation, so ``post`` asks."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(request, self.list_url)

    def again(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        messages.warning(request, _("This page was out of date, so nothing was done. Try again."))
        return redirect(request, self.list_url)

    def post(self, request: HttpRequest) -> HttpResponse:
        wanted = request.POST.get("operation", "")
        if wanted not in FOR_MANY:
            return self.refuse_form(_("The form does not say what is to be done, so nothing was done."))
        operation = Operation(wanted)
        self.authorize(operation)
        try:
            ids, absent = self.matching() if "every" in request.POST else self.ticked()
        except TooMany as refusal:
            messages.warning(request, str(refusal))
            return redirect(request, self.list_url)
        except ValidationError as refusal:
            if refusal.error_list[0].code == "required":
                messages.warning(request, refusal.messages[0])
                return redirect(request, self.list_url)
            return self.refuse_form(refusal.messages[0])
        if not ids:
            messages.warning(request, many_words.absent(absent) if absent else _("No access key matches"))
            return redirect(request, self.list_url)
        run = operations.draft_run(operation=operation, access_key_ids=ids, actor=self.actor)
        if htmx(request):
            return self.confirm(run, absent=absent)
        if absent:
            messages.warning(request, many_words.absent(absent))
        return redirect(request, reverse("accesskeys:access_keys_run", args=[run.pk]))

    def ticked(self) -> tuple[Sequence[UUID], int]:
        """Those that were ticked and are still there, and how many are not."""
        selection = SelectionForm(self.request.POST)
        if not selection.is_valid():
            raise ValidationError(selection.errors.as_data()["id"])
        wanted = selection.cleaned_data["id"]
        ids = operations.hold_fast(AccessKey.objects.filter(pk__in=wanted))
        return ids, len(wanted) - len(ids)

    def matching(self) -> tuple[Sequence[UUID], int]:
        """All that match the filter in the address."""
        chosen = AccessKeyFilter(self.request.GET)
        if not chosen.is_valid() or self.request.GET.keys() - chosen.fields.keys():
            # Left out, it would have more done than was asked for.
            raise ValidationError(_("The filter makes no sense, so nothing was done."))
        return operations.hold_fast(chosen.choose(AccessKey.objects.all())), 0

    def refuse_form(self, sentence: str) -> HttpResponse:
        """400: no page of ours has sent it."""
        return problem(self.request, HTTPStatus.BAD_REQUEST, "invalid", sentence)

    @property
    def list_url(self) -> str:
        """The list as it was."""
        query = self.request.GET.urlencode()
        return reverse("accesskeys:access_key_list") + (f"?{query}" if query else "")

    @property
    def return_address(self) -> str:
        return self.list_url


class AccessKeysRunPage(ManyPage):
    """Looking them over, then how far it is, then what became of them. Each time that it is sent, a batch is done.

    With scripts it sends itself again and again, but only after somebody has pressed a button: the confirmation, or
    **Go on**. Nothing of that is in the address. A reload, a tab that the browser brings back the next day and a link
    that a colleague opens all look alike, and none of them says that more access keys are to be revoked.
    """

    def admit(self) -> None:
        self.authorize(Operation(self.run.operation))

    @cached_property
    def run(self) -> BulkRun:
        """What the page is about."""
        return operations.find_run(self.kwargs["run_id"])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.run.is_confirmed:
            return self.confirm(self.run)
        # Left by the confirmation for the page that comes next, and for no later one.
        return self.show(self.run, goes_on=request.session.pop(GOES_ON, None) == str(self.run.pk))

    def post(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        if "stop" in request.POST:
            operations.stop_run(run_id=run_id, actor=self.actor)
            return redirect(request, self.address)
        was_confirmed = self.run.is_confirmed
        if not was_confirmed:
            form = form_for(Operation(self.run.operation), request.POST, wanted=self.run.total)
            with form.judged():
                if form.is_valid():
                    operations.confirm_run(run_id=run_id, actor=self.actor, **form.labels())
            if not form.is_valid():
                return self.confirm(self.run, form)
        run = operations.go_on(run_id=run_id, actor=self.actor)
        if htmx(request).trigger in (PAGE_ID, PROGRESS_ID):
            return self.show(run, goes_on=True)
        if run.is_finished and not was_confirmed and not run.refused:
            self.tell_what_was_done(run)
            return redirect(request, reverse("accesskeys:access_key_list"))
        if not run.is_finished:
            request.session[GOES_ON] = str(run.pk)
        return redirect(request, self.address)

    def again(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.run.is_confirmed:
            return self.show(self.run)
        form = form_for(Operation(self.run.operation), request.POST, wanted=self.run.total)
        return self.confirm(self.run, form)

    def show(self, run: BulkRun, *, goes_on: bool = False) -> HttpResponse:
        """How far it is, or what became of them."""
        self.template_name = "console/access_keys/many_run.html"
        response = self.page(
            run=run,
            goes_on=goes_on and not run.is_finished,
            page_id=PAGE_ID,
            progress_id=PROGRESS_ID,
            address=self.address,
            heading=many_words.heading(run.operation, run.total),
            outcomes=outcomes(run),
            refused=many_words.refused(run) if run.refused else "",
        )
        if htmx(self.request).trigger == PROGRESS_ID and not run.is_finished:
            # The buttons stay where they are: one that is replaced while somebody presses it is not pressed.
            retarget(reselect(response, f"#{PROGRESS_ID}"), f"#{PROGRESS_ID}")
        return response

    def tell_what_was_done(self, run: BulkRun) -> None:
        """On the page that comes next."""
        for sentence in outcomes(run)[:1] if run.done else []:
            messages.success(self.request, sentence)
        for sentence in outcomes(run)[1:] if run.done else outcomes(run):
            messages.warning(self.request, sentence)

    @property
    def address(self) -> str:
        """Of this page."""
        return reverse("accesskeys:access_keys_run", args=[self.kwargs["run_id"]])


def tell_what_is_half_done(request: HttpRequest, actor: Actor) -> None:
    """The way back to a run that this operator's browser went away from."""
    run = BulkRun.objects.half_done_by(actor.label).first()
    if run is None or not policy.may(actor, Operation(run.operation)):
        return
    address = reverse("accesskeys:access_keys_run", args=[run.pk])
    link = format_html('<a href="{}">{}</a>', address, _("Go on or stop"))
    messages.warning(request, format_html("{} {}", many_words.half_done(run), link))


def outcomes(run: BulkRun) -> list[str]:
    """How many were changed, were so already, were gone and were never reached, each in a sentence."""
    counted = {
        many_words.done(run): run.done,
        many_words.unchanged(run): run.unchanged,
        many_words.absent(run.absent): run.absent,
        many_words.left_alone(run): run.left_alone if run.is_finished else 0,
    }
    return [sentence for sentence, number in counted.items() if number]
