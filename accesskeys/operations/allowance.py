"""How many refused operations are written down: so many an hour for each actor, and for each address.

A program in a loop would fill the audit log otherwise, with a key that is good for nothing at all. What is done is
always written down. So is whatever an administrator asks for at a shell, who could empty the log as well.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar, NamedTuple, Protocol

from django.utils import timezone

from accesskeys.core.exceptions import CountersUnavailable
from accesskeys.core.moments import written
from accesskeys.core.networks import household
from accesskeys.core.rates import SECONDS, Rate
from accesskeys.models import ActorKind
from accesskeys.operations.actors import Actor

OF_AN_ACTOR = Rate(60, SECONDS["hour"])
# Several actors may be behind it, and one leaves something to the others.
OF_AN_ADDRESS = Rate(240, SECONDS["hour"])


class Counted(Protocol):
    """How many there are in the present window, and when it ends."""

    @property
    def used(self) -> int: ...

    @property
    def seconds_left(self) -> int: ...


class Counting:
    """Verification counts, a room that operations do not enter: ``apps`` brings the two together.

    It counts one more under a name, or raises CountersUnavailable.
    """

    one_more: ClassVar[Callable[[str, Rate], Counted]]
    # The same as for a bad key, from this address: raises RateLimited beyond the limit.
    bad_secret: ClassVar[Callable[[str | None], None]]


class Allowance(NamedTuple):
    """Whether one more is written down. If it is the last one for a while: of whom, and until when."""

    is_left: bool
    unwritten_until: dict[str, str]


_UNBOUNDED = Allowance(is_left=True, unwritten_until={})
_NONE = Allowance(is_left=False, unwritten_until={})


def claim(actor: Actor) -> Allowance:
    """Count one more refused operation of the actor.

    Where nobody can count it is written down: that lasts as long as the cache is away, and a log with gaps would last.
    """
    if actor.kind == ActorKind.COMMAND:
        return _UNBOUNDED
    try:
        return _claim(actor)
    except CountersUnavailable:
        return _UNBOUNDED


def _claim(actor: Actor) -> Allowance:
    own = Counting.one_more(f"refused:{actor.kind}:{_id_of(actor)}", OF_AN_ACTOR)
    if own.used > OF_AN_ACTOR.requests:
        return _NONE  # Not counted for the address, which others may share.
    shared = Counting.one_more(f"refused:address:{household(actor.address)}", OF_AN_ADDRESS)
    is_last = {
        "actor": own.used == OF_AN_ACTOR.requests and own,
        "address": shared.used == OF_AN_ADDRESS.requests and shared,
    }
    unwritten_until = {whose: _end(counted) for whose, counted in is_last.items() if counted}
    # The last one of an actor says so, whatever else there is at its address: no gap begins unsaid.
    return Allowance(shared.used <= OF_AN_ADDRESS.requests or bool(unwritten_until), unwritten_until)


def _id_of(actor: Actor) -> Any:
    return actor.operator.pk if actor.operator else actor.access_key_id or household(actor.address)


def _end(counted: Counted) -> str:
    return written(timezone.now() + timedelta(seconds=counted.seconds_left))
