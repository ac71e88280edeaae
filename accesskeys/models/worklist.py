"""How many access keys are in the states that somebody may have to do something about."""

from __future__ import annotations

from typing import Final, NamedTuple

from accesskeys.models.access_key import AccessKey
from accesskeys.models.lists import Status, with_status
from accesskeys.models.pages import NARROWED_ROWS_WITHIN_REACH

REACH: Final = NARROWED_ROWS_WITHIN_REACH
_WORTH_A_LOOK: Final = (
    Status.NEVER_USED,
    Status.EXPIRING,
    Status.EXPIRED,
    Status.SUSPENDED,
    Status.UNUSED,
)


class Waiting(NamedTuple):
    """As many access keys as the list of this state reaches, and whether there are more."""

    status: Status
    number: int
    is_capped: bool


def worklist() -> list[Waiting]:
    """The states that some access keys are in. Each is counted no further than its list reaches."""
    counted = ((status, _count(status)) for status in _WORTH_A_LOOK)
    return [Waiting(status, min(number, REACH), number > REACH) for status, number in counted if number]


def _count(status: Status) -> int:
    return with_status(AccessKey.objects.all(), status)[: REACH + 1].count()
