"""The pages that list, generate, describe, show, rename and revoke access keys."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accesskeys import policy, services
from accesskeys.exceptions import AccessKeyError, Forbidden, IntegrityFailure, NotFound
from accesskeys.filters import AccessKeyFilter
from accesskeys.forms import GenerateForm, LimitsForm, NameCheckForm, RenameForm, RevokeForm
from accesskeys.http import htmx, prefers_json, redirect
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.policy import Operation
from accesskeys.views.base import AccessKeyPage, ConsolePage, PostedPage
from accesskeys.views.columns import columns
from accesskeys.views.errors import problem

PAGE_SIZE_COOKIE = "page_size"
PAGE_SIZE_COOKIE_SECONDS = 365 * 24 * 60 * 60
RECENT_EVENTS = 10
SHOWN_SECONDS = 30


class AccessKeyListPage(ConsolePage):
    """All access keys, to browse, search and sort."""

    operation = Operation.LIST
    section = "access_keys"
    template_name = "accesskeys/access_key_list.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        remembered = {PAGE_SIZE_COOKIE: request.COOKIES.get(PAGE_SIZE_COOKIE, "")}
        chosen = AccessKeyFilter({**remembered, **request.GET.dict()})
        page = chosen.page_of(AccessKey.objects.described(), chosen.rows_per_page)
        is_empty = not (page or chosen.is_narrowed)
        response = self.page(filter=chosen, page=page, columns=columns(chosen.order), is_empty=is_empty)
        if PAGE_SIZE_COOKIE in request.GET:
            response.set_cookie(
                PAGE_SIZE_COOKIE,
                str(chosen.rows_per_page),
                max_age=PAGE_SIZE_COOKIE_SECONDS,
                secure=request.is_secure(),
                httponly=True,
                samesite="Lax",
            )
        return response


class AccessKeyGeneratePage(ConsolePage):
    """A name, and if wished an expiry and scopes, for a new access key."""

    operation = Operation.GENERATE
    section = "access_keys"
    template_name = "accesskeys/access_key_generate.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "name" in request.GET and htmx(request):
            return render(request, "accesskeys/_name_check.html", {"form": NameCheckForm(request.GET)})
        return self.page(form=GenerateForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = GenerateForm(request.POST)
        if form.is_valid():
            with form.judged():
                access_key, _key = services.generate(**form.wishes(), actor=self.actor)
                return self.present(access_key)
        return self.page(form=form)

    def present(self, access_key: AccessKey) -> HttpResponse:
        """On to the details of the new access key, where its key is still hidden."""
        messages.success(self.request, _("Access key %(name)s is generated.") % {"name": access_key.name})
        return redirect(self.request, reverse("accesskeys:access_key_details", args=[access_key.pk]))


class AccessKeyDetailsPage(AccessKeyPage):
    """One access key: its name to change, its key hidden, and all that is known about it."""

    template_name = "accesskeys/access_key_details.html"

    @property
    def operation(self) -> Operation:  # type: ignore[override]
        """Reading it, or saving another name."""
        return Operation.RENAME if self.request.method == "POST" else Operation.DETAILS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page()

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        form = RenameForm(request.POST)
        with form.judged() as typed:
            try:
                access_key = services.rename(access_key_id=pk, name=typed["name"], actor=self.actor)
            except NotFound:
                return self.tell_it_is_gone()
            messages.success(request, _("The name is now %(name)s.") % {"name": access_key.name})
            return redirect(request, self.details_url)
        return self.page(form=form)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(
            **{
                "access_key": self.access_key,
                "form": RenameForm(initial={"name": self.access_key.name}),
                "limits_form": LimitsForm(access_key=self.access_key),
                "is_fresh": self.access_key.is_usable and self.access_key.last_used_at is None,
                "events": self.recent_events,
                "base_address": self.request.build_absolute_uri("/").rstrip("/"),
                **context,
            }
        )

    @property
    def recent_events(self) -> QuerySet[AuditEvent] | None:
        """The latest entries of the audit log about this access key, for those who may read them."""
        if policy.may(self.actor, Operation.READ_AUDIT_LOG):
            return AuditEvent.objects.about(self.access_key_id).order_by("-at", "-id")[:RECENT_EVENTS]
        return None


class AccessKeyRevealPage(PostedPage, AccessKeyDetailsPage):
    """The one kind of answer that holds a key: JSON for a script, a fragment for htmx, else the page."""

    operation = Operation.REVEAL

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        try:
            key = services.reveal(access_key_id=pk, actor=self.actor)
        except IntegrityFailure as failure:
            return self.tell_why_not(failure)
        if prefers_json(request):
            return JsonResponse({"key": key})
        if htmx(request):
            return render(request, "accesskeys/_shown_key.html", {"key": key})
        response = self.page(key=key)
        # Without JavaScript nothing else would hide the key again.
        response["Refresh"] = f"{SHOWN_SECONDS}; url={self.details_url}"
        return response

    def refuse(self, refusal: Forbidden | NotFound) -> HttpResponse:
        if htmx(self.request):
            missing = isinstance(refusal, NotFound)
            return self.tell_in_place(refusal, HTTPStatus.NOT_FOUND if missing else HTTPStatus.FORBIDDEN)
        return super().refuse(refusal)

    def tell_why_not(self, failure: IntegrityFailure) -> HttpResponse:
        """The reason, in the place where the key would have been."""
        status = HTTPStatus.SERVICE_UNAVAILABLE
        if prefers_json(self.request):
            return problem(self.request, status, failure.code, str(failure))
        if htmx(self.request):
            return self.tell_in_place(failure, status)
        return self.page(status=status, problem=str(failure))

    def tell_in_place(self, refusal: AccessKeyError, status: HTTPStatus) -> HttpResponse:
        """A fragment for htmx."""
        context = {"problem": str(refusal)}
        return render(self.request, "accesskeys/_shown_key.html", context, status=status)


class AccessKeyRevokePage(AccessKeyPage):
    """What a revocation means, and the tick that it wants."""

    operation = Operation.REVOKE
    template_name = "accesskeys/access_key_revoke.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.confirm(RevokeForm())

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        form = RevokeForm(request.POST)
        if not form.is_valid():
            return self.confirm(form)
        try:
            revoked = services.revoke(access_key_id=pk, actor=self.actor)
        except NotFound:
            return self.tell_it_is_gone()
        sentence = _("Access key %(name)s is revoked. Programs that use it are refused from now on.")
        messages.success(request, sentence % {"name": revoked.name})
        return redirect(request, reverse("accesskeys:access_key_list"))

    def confirm(self, form: RevokeForm) -> HttpResponse:
        """The page, unless somebody else was faster."""
        try:
            return self.page(form=form, access_key=self.access_key)
        except NotFound:
            return self.tell_it_is_gone()
