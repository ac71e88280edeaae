"""The marks under which programs may ask again until they have heard the answer."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from accesskeys.core.exceptions import NoRepeat
from accesskeys.core.keyring import same
from accesskeys.models import IdempotentRequest


class Marked(NamedTuple):
    """A request under a mark by which its caller means the same one, whenever it comes. Mark and body are digests."""

    caller_id: UUID
    mark: bytes
    body: bytes


def take(request: Marked, access_key_id: UUID, *, at: datetime) -> tuple[IdempotentRequest, bool]:
    """Take the mark at this moment, in the transaction of what is asked for; or find who has taken it within a day.

    Returns what is remembered, and whether it is new.
    Whoever comes second waits here for the first to end. Raises NoRepeat where the mark came with another body.
    """
    IdempotentRequest.objects.outlived().filter(caller_id=request.caller_id, mark=request.mark).delete()
    taken, is_new = IdempotentRequest.objects.get_or_create(
        caller_id=request.caller_id,
        mark=request.mark,
        defaults={"body": request.body, "access_key_id": access_key_id, "created_at": at},
    )
    if not same(bytes(taken.body), request.body):
        raise NoRepeat("idempotency_conflict")
    return taken, is_new
