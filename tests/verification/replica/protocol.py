"""The protocol of docs/replicas.md as a machine of few states, every one of which can be visited.

A primary with a log of beats and revokes; replicas that apply it one entry after the other, crash, and begin in their
past; beside each a process, whose ``Lease`` is the real one; revokes that answer when all replicas have applied them,
or when a lease has passed since they were committed. Time goes in ticks, and no clock but a process's own is read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from accesskeys.verification.replica.lease import Beat, Lease

LEASE = 2  # ticks

Entry = tuple[str, int]  # ("beat", number) or ("revoke", which)


@dataclass(frozen=True)
class Beside:
    """A replica and the process that asks it."""

    applied: int = 0
    opened_at: int = 0  # The line on which the process asks.
    asked: int | None = None  # When it asked the primary for a beat that is not committed yet.
    beats: tuple[Beat, ...] = ()
    recent: float = -math.inf

    def lease(self) -> Lease:
        made = Lease(LEASE)
        for beat in self.beats:
            made.began(beat)
        made.recent = self.recent
        return made


@dataclass(frozen=True)
class State:
    """All of it."""

    now: int
    log: tuple[Entry, ...]
    pairs: tuple[Beside, ...]
    committed: tuple[int | None, ...]  # When each revoke was.
    answered: tuple[bool, ...]

    def with_pair(self, place: int, **changes: object) -> State:
        pairs = list(self.pairs)
        pairs[place] = replace(pairs[place], **changes)  # type: ignore[arg-type]
        return replace(self, pairs=tuple(pairs))


Covers = Callable[[Lease, int, int], bool]


def start(*, replicas: int, revokes: int) -> State:
    """Nothing has happened."""
    return State(0, (), (Beside(),) * replicas, (None,) * revokes, (False,) * revokes)


def next_states(state: State, *, most_beats: int, crashes: bool, end: int) -> Iterator[State]:
    """Whatever may happen next."""
    if state.now < end:
        yield replace(state, now=state.now + 1)
    beats = sum(kind == "beat" for kind, _ in state.log)
    for place, pair in enumerate(state.pairs):
        if pair.asked is None and beats < most_beats:
            yield state.with_pair(place, asked=state.now)
        if pair.asked is not None:
            beat = Beat(beats + 1, pair.asked)
            yield replace(
                state.with_pair(place, asked=None, beats=(*pair.beats, beat)),
                log=(*state.log, ("beat", beats + 1)),
            )
        if pair.applied < len(state.log):
            yield state.with_pair(place, applied=pair.applied + 1)
        shown = max((number for kind, number in state.log[: pair.applied] if kind == "beat"), default=0)
        lease = pair.lease()
        lease.seen(shown)
        if lease.recent != pair.recent:
            yield state.with_pair(place, recent=lease.recent)
        if crashes and pair.applied:
            # It shows an earlier state, and the process has to open another line, a moment later.
            yield state.with_pair(place, applied=pair.applied - 1, opened_at=state.now + 1)
    for which, committed in enumerate(state.committed):
        if committed is None:
            if None in state.committed[:which]:
                continue  # One is as good as another: they come in this order.
            changed = tuple(state.now if each == which else at for each, at in enumerate(state.committed))
            yield replace(state, log=(*state.log, ("revoke", which)), committed=changed)
        elif not state.answered[which]:
            place = state.log.index(("revoke", which))
            is_confirmed = all(pair.applied > place for pair in state.pairs)
            if is_confirmed or state.now >= committed + LEASE:
                yield replace(
                    state, answered=tuple(each == which or said for each, said in enumerate(state.answered))
                )


def wrongly_accepted(state: State, covers: Covers = Lease.covers) -> bool:
    """Whether some process would accept a key whose revoke has answered."""
    for pair in state.pairs:
        if covers(pair.lease(), pair.opened_at, state.now):
            known = {which for kind, which in state.log[: pair.applied] if kind == "revoke"}
            if any(said and which not in known for which, said in enumerate(state.answered)):
                return True
    return False


def search(
    *,
    replicas: int,
    revokes: int,
    most_beats: int,
    crashes: bool,
    end: int = 5,  # ticks
    covers: Covers = Lease.covers,
) -> tuple[int, State | None]:
    """How many states there are, and the first in which a key is wrongly accepted."""
    begin = start(replicas=replicas, revokes=revokes)
    visited, waiting = {begin}, [begin]
    while waiting:
        state = waiting.pop()
        if wrongly_accepted(state, covers):
            return len(visited), state
        for following in next_states(state, most_beats=most_beats, crashes=crashes, end=end):
            if following not in visited:
                visited.add(following)
                waiting.append(following)
    return len(visited), None
