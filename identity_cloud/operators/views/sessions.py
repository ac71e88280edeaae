"""Where the operator is signed in, and the end of it."""

from __future__ import annotations

from typing import Any, NamedTuple

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView, View

from accesskeys.http import actor_of
from identity_cloud.operators import lifetime
from identity_cloud.operators.adapter import UNKNOWN
from identity_cloud.operators.devices import device
from identity_cloud.operators.own_sessions import end_others, end_own


class Place(NamedTuple):
    """One session, as its operator knows it."""

    session: UserSession
    device: str
    address: str
    is_this: bool


@method_decorator(never_cache, name="dispatch")
class SessionsPage(LoginRequiredMixin, TemplateView):
    """This one first, then the one that was seen last. A button ends one, another one all but this."""

    template_name = "operators/sessions.html"
    section = "account"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        mine, others = self.request.session.session_key, []
        for session in self.sessions():
            place = Place(
                session,
                device(session.user_agent),
                "" if session.ip == UNKNOWN else session.ip,
                session.session_key == mine,
            )
            others.append(place)
        others.sort(key=lambda place: not place.is_this)
        return super().get_context_data(**context, places=others)

    def sessions(self) -> list[UserSession]:
        """Those that are not over, the last seen first."""
        listed: list[UserSession] = UserSession.objects.purge_and_list(self.request.user)  # type: ignore[arg-type]
        return sorted(listed, key=lambda session: session.last_seen_at, reverse=True)

    def post(self, request: HttpRequest) -> HttpResponse:
        actor, mine = actor_of(request), str(request.session.session_key)
        if "others" in request.POST:
            ended = end_others(but=mine, actor=actor)
            sentence = ngettext("%(n)d other session ended.", "%(n)d other sessions ended.", ended)
            messages.success(request, sentence % {"n": ended})
        elif end_own(number=request.POST.get("session", ""), but=mine, actor=actor):
            messages.success(request, _("That session is ended."))
        else:
            messages.warning(request, _("That session had ended already."))
        return redirect("operators:sessions")


@method_decorator(never_cache, name="dispatch")
class SessionLeftPage(View):
    """How much time is left, for the script that warns of the end. Posting prolongs it, as any request does.

    Whose session it is, and what its forms send, are for a page that has outlived the one before.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return JsonResponse({"seconds_left": 0})
        left = lifetime.seconds_left(request)
        return JsonResponse(
            {"seconds_left": left, "operator": str(request.user.pk), "token": get_token(request)}
        )

    post = get
