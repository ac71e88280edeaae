"""What an operator is held to each time that a key is shown, copied or handed over: so many an hour, and a reason."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.utils import timezone

from accesskeys.core import conf, keys_in_text
from accesskeys.core.exceptions import ReasonNeeded, TooManyReveals
from accesskeys.models import Action, ActorKind, AuditEvent, Outcome
from accesskeys.operations.actors import Actor
from accesskeys.operations.audit import Entry

LONGEST_REASON = 200  # characters
HOUR = timedelta(hours=1)
SHOWING = (Action.SHOWN, Action.COPIED, Action.HANDED_OVER)

logger = logging.getLogger("accesskeys.reveals")


def require_reason(actor: Actor, reason: str) -> str:
    """The reason as it is kept, for an operator of whom one is asked. Raises ReasonNeeded where there is none.

    A key is none: the audit log would hold it.
    """
    if actor.kind != ActorKind.OPERATOR or not conf.asks_for_reason():
        return ""
    reason = " ".join(reason.split())
    # Before it is cut: of a key at its end, half would be left and not be known for one.
    if not reason or keys_in_text.is_mostly_in(reason):
        raise ReasonNeeded
    return reason[:LONGEST_REASON]


def count(event: Entry, reason: str) -> None:
    """Let the operator see one more key, or raise TooManyReveals. Ask within the operation.

    The audit log is what is counted, so all processes and machines agree. The operator's row is held until the event
    is written: of two at once, the second counts the first.
    """
    actor, most = event.actor, conf.reveals_per_hour()
    if reason:
        event.details = {**event.details, "reason": reason}
    if actor.operator is None or most is None:
        return
    operator = get_user_model()._default_manager.select_for_update(no_key=True).get(pk=actor.operator.pk)
    since = timezone.now() - HOUR
    shown = AuditEvent.objects.filter(
        operator=operator, action__in=SHOWING, outcome=Outcome.SUCCEEDED, at__gt=since
    ).order_by("-at")
    # The hour is over for one more when the oldest of the last so many is.
    latest = list(shown.values_list("at", flat=True)[:most])
    if len(latest) == most:
        refusal = TooManyReveals(most, latest[-1] - since)
        logger.warning("%s was shown %d keys within an hour, and asks for more", actor.label, most)
        raise refusal
