"""What all pages of the console share: who may come in, and who hears what at the door."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView
from django_htmx.http import HttpResponseClientRefresh

from accesskeys.console.views.errors import problem, signed_out
from accesskeys.core.exceptions import Forbidden, NotFound
from accesskeys.http import actor_of, htmx, prefers_json, redirect
from accesskeys.models import AccessKey, Rotation
from accesskeys.operations import policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.policy import Operation

CSRF_FIELD = "csrfmiddlewaretoken"


@method_decorator(never_cache, name="dispatch")
class ConsolePage(TemplateView):
    """A page for operators who may do one operation. Strangers sign in first; others get 403."""

    http_method_names = ["get", "post", "head", "options"]
    operation: ClassVar[Operation]
    section: ClassVar[str]
    heading: ClassVar[str | Promise] = ""  # Of a dialog.
    actor: Actor
    is_stale = False  # Its form was sent by a page from before the last sign-in; see ``csrf_failure``.

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self.send_to_sign_in()
        self.actor = actor_of(request)
        try:
            self.admit()
            if self.is_stale:
                return self.again(request, *args, **kwargs)
            return super().dispatch(request, *args, **kwargs)
        except (Forbidden, NotFound) as refusal:
            return self.refuse(refusal)

    def admit(self) -> None:
        """Let the operator in, or raise Forbidden or NotFound."""
        policy.admit(self.actor, self.operation)

    def refuse(self, refusal: Forbidden | NotFound) -> HttpResponse:
        """Say that it is not allowed or not there: 403 or 404."""
        if isinstance(refusal, Forbidden):
            raise PermissionDenied(str(refusal)) from None
        raise Http404(str(refusal)) from None

    def again(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The form that a stale page has sent, with what it held. Nothing is done."""
        return self.get(request, *args, **kwargs)

    def send_to_sign_in(self) -> HttpResponse:
        """To the sign-in page, and from there back to the page that the operator sees now."""
        if prefers_json(self.request):
            sentence = _("You are signed out. Load the page again to sign in.")
            return problem(self.request, HTTPStatus.UNAUTHORIZED, "not_authenticated", sentence)
        if self.request.POST.keys() - {CSRF_FIELD}:
            return signed_out(self.request)
        here = htmx(self.request).current_url_abs_path or self.return_address
        return redirect(self.request, redirect_to_login(here).url)

    @property
    def reason(self) -> str:
        """Why a key is to be seen, where the operator was asked for that."""
        return self.request.POST.get("reason", "")

    @property
    def return_address(self) -> str:
        """Where an operator who had to sign in first goes on."""
        return self.request.get_full_path()

    def page(self, *, status: int = 200, **context: Any) -> HttpResponse:
        """This page with the given context."""
        return self.render_to_response(
            self.get_context_data(**{"heading": self.heading, **context}), status=status
        )


class AccessKeyPage(ConsolePage):
    """A page about one access key, which hides that it exists from operators who may not see any."""

    section = "access_keys"

    def admit(self) -> None:
        if not policy.may(self.actor, Operation.DETAILS):
            with suppress(Forbidden):
                policy.admit(self.actor, self.operation, access_key_id=self.access_key_id)
            raise NotFound
        policy.admit(self.actor, self.operation, access_key_id=self.access_key_id)

    @property
    def access_key_id(self) -> UUID:
        """The id in the address."""
        pk: UUID = self.kwargs["pk"]
        return pk

    @cached_property
    def access_key(self) -> AccessKey:
        """The access key that the page is about, without anything secret. Raises NotFound."""
        access_key = AccessKey.objects.described().filter(pk=self.access_key_id).first()
        if access_key is None:
            raise NotFound
        return access_key

    @property
    def rotation(self) -> Rotation | None:
        """The rotation that is under way. Once it is over, the next key is the key."""
        rotation = Rotation.objects.described().filter(pk=self.access_key_id).first()
        return None if rotation is None or rotation.is_over else rotation

    @property
    def details_url(self) -> str:
        """The address of the details page."""
        return reverse("accesskeys:access_key_details", args=[self.access_key_id])

    def tell_it_is_gone(self) -> HttpResponse:
        """Back to the list, for an operator who was about to change what somebody else has revoked."""
        messages.warning(self.request, str(NotFound()))
        return redirect(self.request, reverse("accesskeys:access_key_list"))


class PostedPage(AccessKeyPage):
    """An address that a button of the details page posts to.

    Whoever only goes there, such as to see an answer again in another language, is led back to the details.
    """

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
