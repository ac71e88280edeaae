"""How an operator proves again who it is: what is asked, where, and what becomes of the answer."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from accesskeys.console.typed_keys import without_keys
from accesskeys.console.views.errors import problem, unavailable
from accesskeys.core import once
from accesskeys.core.exceptions import ProofNeeded, ReasonNeeded
from accesskeys.http import actor_of, htmx, prefers_json
from accesskeys.models import Action
from accesskeys.operations import audit, policy
from identity_cloud.operators.proof import moment
from identity_cloud.operators.proof.forms import PREFIX, ProofForm, ReasonForm

HEADER = "Proof-Needed"  # For the script: what is missing, a proof or a reason.
WAS_GET = f"{PREFIX}was_get"
DROPPED = frozenset({"csrfmiddlewaretoken", "reason"})

logger = logging.getLogger("identity_cloud.operators")


def ask(request: HttpRequest, needed: ProofNeeded) -> HttpResponse:
    """401 (as RFC 9470 for programs): the page that asks; for a script, which has a dialog, what is missing."""
    what = "reason" if isinstance(needed, ReasonNeeded) else "proof"
    if htmx(request) or prefers_json(request):
        sentence = _("Confirm that it is you, then do it again.")
        response = problem(request, HTTPStatus.UNAUTHORIZED, f"{what}_needed", sentence)
        response[HEADER] = what
        return response
    return page(request, wants_reason=what == "reason")


def page(
    request: HttpRequest, form: ProofForm | None = None, *, wants_reason: bool | None = None
) -> HttpResponse:
    """The page, with all that was typed on the way here, for the address that it was typed for."""
    if wants_reason is None:
        wants_reason = "reason" in request.POST
    context = {
        **forms(request, form, wants_reason=wants_reason),
        "address": request.get_full_path(),
        "typed": list(_typed(request)),
    }
    response = render(request, "operators/prove.html", context, status=HTTPStatus.UNAUTHORIZED)
    response["Cache-Control"] = "no-store"
    return response


def forms(request: HttpRequest, form: ProofForm | None = None, *, wants_reason: bool) -> dict[str, Any]:
    """What there is to fill in."""
    reason = (
        ReasonForm(initial={"reason": without_keys(request.POST).get("reason")}) if wants_reason else None
    )
    if form is None and not policy.has_proved(actor_of(request)):
        form = ProofForm(request=request)
    return {"form": form, "reason": reason}


def refusal(request: HttpRequest) -> HttpResponseBase | None:
    """Judge the proof that came along. None: it was right, and the session goes on with it."""
    form, actor = ProofForm(request.POST, request=request), actor_of(request)
    try:
        is_right = form.is_valid()  # Before a transaction: a password takes its time.
    except (RedisError, OSError) as error:  # From the cache: a Redis, or files.
        if once.a_minute("attempts", error):
            logger.error("Attempts cannot be counted: %s", error)
        return unavailable(
            request, _("Attempts cannot be counted at the moment. Try again in a few seconds.")
        )
    if not is_right:
        entry = audit.Entry(Action.PROVED_AGAIN, actor, about_operator=actor.operator)
        audit.record_refusal(entry, reason=form.reason)
        return again(request, form)
    with audit.operation(Action.PROVED_AGAIN, actor=actor) as event:
        event.is_about(actor.operator)
        event.details = {"with": form.used}
        moment.renew(request)
    return None


def again(request: HttpRequest, form: ProofForm) -> HttpResponse:
    """The form once more, with what was wrong."""
    if htmx(request):
        wants_reason = "reason" in request.POST
        return render(request, "operators/prove.html", forms(request, form, wants_reason=wants_reason))
    return page(request, form)


def without_proof(typed: QueryDict) -> QueryDict:
    """What was typed for the page itself."""
    kept = typed.copy()
    for name in list(kept):
        if name.startswith(PREFIX):
            del kept[name]
    return kept


def _typed(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """No password and no key: nothing that may not stand in a page."""
    if request.method != "POST":
        yield WAS_GET, "yes"
    for name, values in without_keys(request.POST).lists():
        if (
            "password" not in name
            and name not in DROPPED
            and (name == WAS_GET or not name.startswith(PREFIX))
        ):
            for value in values:
                yield name, value
