"""Looking for entries of the audit log: every mix of filters against plain Python, near and beyond what is read."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from accesskeys.models import AuditEvent
from accesskeys.models.event_search import EventSearch, Subject
from tests.factories import OperatorFactory
from tests.models.events import NOON, event, reading

pytestmark = pytest.mark.django_db

EVENTS, REACH = AuditEvent.objects, 15
ACTORS = ("ada", "Ada_L", "grace", "100%", "back\\slash")
NAMES = ("billing", "Billing_2", "ci")
ACTIONS = ("access_key.shown", "access_key.revoked", "operator.invited", "audit_log.trimmed")
IDS = (UUID(int=1), UUID(int=2))
OPERATORS, AFFECTED = (4, 5), (4, 5, 6, None)
AN_HOUR = (event(0).at, event(60).at)


@pytest.fixture
def log() -> list[AuditEvent]:
    """Some of the same moment, and what was usual at first has not been seen since. Newest first."""
    chance = random.Random(16)
    acting = [*(OperatorFactory(pk=pk).pk for pk in OPERATORS), None]
    EVENTS.bulk_create(
        event(
            n // 3 * 3,
            actor_label="founder" if n < 5 else chance.choice(ACTORS),
            action="access_key.copied" if n < 9 else chance.choice(ACTIONS),
            access_key_name="old_1" if n < 7 else chance.choice(NAMES),
            access_key_id=chance.choice(IDS),
            operator_id=chance.choice(acting),
            about_operator_id=chance.choice(AFFECTED),
        )
        for n in range(90)
    )
    return list(EVENTS.order_by("-at", "-id"))


def searches() -> Iterator[EventSearch]:
    actors = (None, "ADA", "ounder", "founder", "%", "_", "\\", "nobody")
    names = (None, "billing", "OLD", "old_1", "x")
    for actor, name, action, about, time in product(
        actors,
        names,
        (None, "access_key.shown", "access_key.copied"),
        (None, *Subject),
        ((None, None), (None, event(40).at), AN_HOUR),
    ):
        bounds = {"since": time[0], "until": time[1]}
        yield EventSearch(actor=actor, access_key_name=name, action=action, about=about, **bounds)
    for actor in (None, "ad", "nobody"):
        yield EventSearch(access_key_id=IDS[0], actor=actor)
        yield EventSearch(
            access_key_id=IDS[0], actor=actor, action="access_key.shown", about=Subject.OPERATORS
        )
    for pk, actor, action, about, key_id, until in product(
        (4, 6, -1),
        (None, "ada"),
        (None, "operator.invited"),
        (None, *Subject),
        (None, IDS[0]),
        (None, event(40).at),
    ):
        yield EventSearch(
            operator_id=pk, actor=actor, action=action, about=about, access_key_id=key_id, until=until
        )


def meets(search: EventSearch, each: AuditEvent) -> bool:
    beginning = {None: "", Subject.ACCESS_KEYS: "access_key.", Subject.OPERATORS: "operator."}[search.about]
    return (
        each.action.startswith(beginning)
        and search.action in (None, each.action)
        and (search.actor or "").lower() in each.actor_label.lower()
        and search.access_key_id in (None, each.access_key_id)
        and search.operator_id in (None, each.operator_id, each.about_operator_id)
        and (search.access_key_name or "").lower() in each.access_key_name.lower()
        and (search.since or NOON) <= each.at <= (search.until or each.at)
    )


def test_all_are_found_where_all_are_read(log: list[AuditEvent]) -> None:
    for search in searches():
        expected = [each.pk for each in log if meets(search, each)]
        assert search.newest(EVENTS.all(), 1_000) == (expected, None, False), search
        assert search.newest(EVENTS.all(), REACH).ids == expected[:REACH], search
        assert list(search.among(EVENTS.all()).values_list("pk", flat=True)) == expected, search


def test_where_some_are_not_read_it_is_told_since_when_all_were(log: list[AuditEvent]) -> None:
    told = 0
    with reading(20):
        for search in searches():
            found = search.newest(EVENTS.all(), REACH)
            expected = [each for each in log if meets(search, each)]
            if found.since is None:
                assert found.ids == [each.pk for each in expected[:REACH]], search
                continue
            told += 1
            since = found.since
            assert set(found.ids) <= {each.pk for each in expected}, search
            assert found.ids == [each.pk for each in log if each.pk in set(found.ids)], search
            assert set(found.ids) >= {each.pk for each in expected[:REACH] if each.at >= since}, search
            if found.has_whole_names_of_all:
                whole = [each.pk for each in expected if is_whole(search, each)]
                assert set(found.ids[:REACH]) >= set(whole) or len(found.ids) == REACH, search
    assert told > 50


def is_whole(search: EventSearch, each: AuditEvent) -> bool:
    return each.actor_label.lower() == (search.actor or "").lower() or (
        each.access_key_name.lower() == (search.access_key_name or "").lower()
    )


@pytest.mark.parametrize(
    ("asked", "found", "has_whole_names_of_all"),
    [
        ({"actor": "FOUNDER"}, 3, True),
        ({"actor": "founde"}, 0, True),
        ({"access_key_name": "Old_1"}, 3, True),
        ({"access_key_name": "old_1", "actor": "founder"}, 3, True),
        ({"about": Subject.ACCESS_KEYS, "actor": "nobody"}, 0, True),
        ({"about": Subject.OPERATORS}, 0, False),
        ({"action": "access_key.copied"}, 3, False),
        ({"action": "access_key.shown", "actor": "founder"}, 0, True),
        ({"actor": "ada", "access_key_name": "nothing"}, 0, False),
    ],
)
def test_whole_names_are_found_however_old(
    asked: dict[str, Any], found: int, has_whole_names_of_all: bool
) -> None:
    old = {"actor_label": "founder", "access_key_name": "old_1", "action": "access_key.copied"}
    EVENTS.bulk_create([*(event(n, **old) for n in range(3)), *(event(n) for n in range(3, 40))])
    with reading(10):
        ids, since, of_all = EventSearch(**asked).newest(EVENTS.all(), REACH)
    assert (len(ids), of_all) == (found, has_whole_names_of_all)
    assert (since is None) == (
        len(asked) == 1 and not of_all
    )  # Of those an index begins with, none is passed.


def test_of_one_operator_all_is_found_however_old_and_all_that_was_done_to_it() -> None:
    ada = OperatorFactory()
    EVENTS.bulk_create(
        event(n, operator=ada if n in {0, 2} else None, about_operator_id=ada.pk if n in {1, 2, 30} else None)
        for n in range(40)
    )
    with reading(10):
        found = EventSearch(operator_id=ada.pk).newest(EVENTS.all(), REACH)
    assert (found.ids, found.since) == ([EVENTS.get(at=event(n).at).pk for n in (30, 2, 1, 0)], None)


def test_what_is_asked_for_beside_is_read_from_both_kinds_of_entries_of_an_operator() -> None:
    ada = OperatorFactory()
    EVENTS.bulk_create(
        event(n, action="access_key.copied" if n == 9 else "access_key.shown", operator=ada)
        for n in range(40)
    )
    EVENTS.bulk_create(event(n, action="operator.reset", about_operator_id=ada.pk) for n in range(3))
    search = EventSearch(operator_id=ada.pk, action="access_key.copied")
    assert len(search.newest(EVENTS.all(), REACH).ids) == 1
    with reading(20):
        assert search.newest(EVENTS.all(), REACH) == ([], event(29).at, False)


def test_nothing_left_to_find_is_not_said_to_be_unread() -> None:
    """As many as the pages reach are found among the newest: what is older is on no page."""
    EVENTS.bulk_create(event(n) for n in range(40))
    with reading(20):
        found = EventSearch(actor="ad").newest(EVENTS.all(), REACH)
    assert (len(found.ids), found.since) == (REACH, None)


def test_what_is_asked_for_beside_is_read_from_the_entries_of_the_key() -> None:
    EVENTS.bulk_create(
        event(n, access_key_id=IDS[0], action="access_key.copied" if n < 3 else "access_key.shown")
        for n in range(40)
    )
    search = EventSearch(access_key_id=IDS[0], actor="ada", action="access_key.copied")
    assert len(search.newest(EVENTS.all(), REACH).ids) == 3
    with reading(10):
        assert search.newest(EVENTS.all(), REACH) == ([], event(29).at, False)
