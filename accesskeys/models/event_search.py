"""Looking for entries of the audit log among a million of them, the newest first (decision 0048).

A search is one walk or a few. A walk goes down an index that is in the order shown and begins with one of the things
that are asked for; the others are read from its entries, of the newest ones only. So how long it takes does not depend
on how long the log is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import and_
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import BigIntegerField, Q, QuerySet, TextChoices, Value
from django.db.models.functions import Coalesce, Upper
from django.db.models.lookups import Exact, StartsWith
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accesskeys.models.audit_event import ABOUT_OPERATORS, NEWEST_FIRST, AuditEvent
from accesskeys.models.pages import NarrowedPaginator

READ_AT_MOST: Final = 10_000  # entries of an index, in the walk that would meet all that is looked for
READ_OF_A_NAME: Final = 3_000  # in one that goes further back

# No index holds them in these words, so they are read from the entries.
_ACTION: Final = Coalesce("action", Value(""))
_ACTING: Final = Coalesce("operator_id", Value(0), output_field=BigIntegerField())
_AFFECTED: Final = Coalesce("about_operator_id", Value(0), output_field=BigIntegerField())

Place = tuple[datetime, int]


class Subject(TextChoices):
    """What an event may be about."""

    ACCESS_KEYS = "access_keys", _("Access keys")
    OPERATORS = "operators", _("Operators")


class Criterion(NamedTuple):
    """One of the things asked for: as indexes begin with it, if any do, and as it is asked of each entry.

    What meets one of the leading ones meets it.
    """

    leading: tuple[Q, ...]
    passing: Q


class Found(NamedTuple):
    """Entries, the newest first. If not all were read for it: since when, and whether whole names are from all."""

    ids: list[int]
    since: datetime | None = None
    has_whole_names_of_all: bool = False


class Walk(NamedTuple):
    """Down the index that begins with what leads, past what is not asked for besides."""

    lead: Q
    rest: Q

    def places(
        self, events: QuerySet[AuditEvent], number: int, read: int
    ) -> tuple[list[Place], datetime | None]:
        """Where the newest such entries stand, at most so many; and how far back it went, unless to the end."""
        led, since = events.filter(self.lead), None
        if self.rest:
            since = led.order_by("-at").values_list("at", flat=True)[read : read + 1].first()
            led = (led.filter(at__gte=since) if since else led).filter(self.rest)
        places = list(led.order_by(*NEWEST_FIRST).values_list("at", "pk")[:number])
        return places, None if len(places) == number else since


@dataclass(frozen=True, kw_only=True)
class EventSearch:
    """What is asked for. A name is meant in any case, and whole or in part."""

    about: Subject | None = None
    action: str | None = None
    actor: str | None = None
    access_key_id: UUID | None = None
    access_key_name: str | None = None
    operator_id: int | None = None  # who did it, or to whom it was done
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_for_more_than_a_time(self) -> bool:
        """Whether entries are left out between others."""
        names = (self.actor, self.access_key_name)
        return any((self.about, self.action, self.access_key_id, *names)) or self.operator_id is not None

    def among(self, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        """All of them, however long it takes, the newest first."""
        lead = next((each for each in self._exact if len(each.leading) == 1), None)
        led = self._within(events).filter(lead.leading[0]) if lead else self._within(events)
        return led.filter(self._all_but(lead)).order_by(*NEWEST_FIRST)

    def newest(self, events: QuerySet[AuditEvent], number: int) -> Found:
        """The newest of them, at most so many, as far as they can be found soon."""
        events = self._within(events)
        general = self._general
        read = READ_AT_MOST // len(general)
        found, since = _merged([walk.places(events, number, read) for walk in general], number)
        if since is None:
            return Found([pk for _at, pk in found])
        walks = [walk.places(events, number, READ_OF_A_NAME) for walk in self._for_whole_names]
        merged = sorted({*found, *(place for places, _since in walks for place in places)}, reverse=True)
        is_whole = bool(walks) and all(since is None for _places, since in walks)
        return Found([pk for _at, pk in merged[:number]], since, is_whole)

    def _within(self, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        bounds = {"at__gte": self.since, "at__lte": self.until}
        return events.filter(**{bound: moment for bound, moment in bounds.items() if moment})

    @property
    def _general(self) -> list[Walk]:
        """Those that would meet all of them."""
        lead = next((each for each in self._exact if each.leading), None)
        return [Walk(leading, self._all_but(lead)) for leading in (lead.leading if lead else (Q(),))]

    @property
    def _for_whole_names(self) -> Iterator[Walk]:
        """Those that meet the entries of one whole name, however old. Of one ID there are few anyway."""
        if self.access_key_id is None:
            for each in self._names:
                yield Walk(each.leading[0], self._all_but(each))

    def _all_but(self, lead: Criterion | None) -> Q:
        passing = (each.passing for each in (*self._exact, *self._names) if each is not lead)
        return reduce(and_, passing, Q())

    @cached_property
    def _exact(self) -> list[Criterion]:
        """What an entry has or has not, beginning with what the fewest have."""
        criteria = []
        if self.access_key_id:
            criteria.append(Criterion((Q(access_key_id=self.access_key_id),), Q()))
        if self.operator_id is not None:
            criteria.append(_of_operator(self.operator_id))
        if self.action:
            criteria.append(Criterion((Q(action=self.action),), Q(Exact(_ACTION, self.action))))
        if self.about == Subject.OPERATORS:
            criteria.append(Criterion((Q(ABOUT_OPERATORS),), Q(StartsWith(_ACTION, "operator."))))
        if self.about == Subject.ACCESS_KEYS:
            criteria.append(Criterion((), Q(StartsWith(_ACTION, "access_key."))))
        return criteria

    @cached_property
    def _names(self) -> list[Criterion]:
        wanted = {"access_key_name": self.access_key_name, "actor_label": self.actor}
        return [_named(column, text) for column, text in wanted.items() if text]


def _named(column: str, text: str) -> Criterion:
    return Criterion((Q(Exact(Upper(column), Upper(Value(text)))),), Q(**{f"{column}__icontains": text}))


def _of_operator(pk: int) -> Criterion:
    """Those in which it is the actor and those which are about it: one index holds either."""
    passing = Q(Exact(_ACTING, pk)) | Q(Exact(_AFFECTED, pk))
    return Criterion((Q(operator_id=pk), Q(about_operator_id=pk)), passing)


def _merged(
    walked: list[tuple[list[Place], datetime | None]], number: int
) -> tuple[list[Place], datetime | None]:
    """Where the newest stand that any of these walks have met, and since when they all have met all."""
    places = sorted({place for met, _since in walked for place in met}, reverse=True)[:number]
    since = max((since for _met, since in walked if since), default=None)
    is_enough = since is not None and len(places) == number and places[-1][0] >= since
    return places, None if is_enough else since


class SearchPaginator(NarrowedPaginator):
    """Pages of what a search finds soon."""

    def __init__(self, search: EventSearch, every: QuerySet[AuditEvent], per_page: int) -> None:
        super().__init__(every, every, per_page)
        self._search = search

    @cached_property
    def found(self) -> Found:
        """All that the pages reach, and one more if there is one."""
        return self._search.newest(self._every, self.reach + 1)

    @property
    def _within_reach(self) -> list[Any]:
        return self.found.ids
