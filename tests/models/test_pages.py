"""Pages of the list: every status in every order against plain Python, and rows that change while they are read."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core.paginator import Page
from django.db import connection
from pytest_django import DjangoAssertNumQueries
from time_machine import TimeMachineFixture

from accesskeys import operations
from accesskeys.console.filters import AccessKeyFilter, AuditLogFilter
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.models.attention import EXPIRES_SOON, LONG_UNUSED
from accesskeys.models.lists import Ordering, Status
from accesskeys.models.pages import CappedPaginator, NarrowedPaginator
from accesskeys.operations.actors import Actor
from tests.changes import before_rows_are_read
from tests.factories import AccessKeyFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
PAGE_SIZE = 5
# To both sides of each boundary, so that an instant more or less would be another state.
EXPIRIES = (
    None,
    NOW,
    NOW + INSTANT,
    NOW + EXPIRES_SOON,
    NOW + EXPIRES_SOON + INSTANT,
    datetime.max.replace(tzinfo=UTC),
)
LAST_USES = (None, NOW - LONG_UNUSED, NOW - LONG_UNUSED + INSTANT, NOW)
AGES = (LONG_UNUSED, LONG_UNUSED - INSTANT, 2 * LONG_UNUSED)

IS: dict[Status, Callable[[AccessKey], bool]] = {
    Status.USABLE: lambda row: row.is_usable,
    Status.EXPIRING: lambda row: (
        row.is_usable and row.expires_at is not None and row.expires_at <= NOW + EXPIRES_SOON
    ),
    Status.EXPIRED: lambda row: row.is_expired,
    Status.SUSPENDED: lambda row: row.is_suspended,
    Status.NEVER_USED: lambda row: row.last_used_at is None,
    Status.UNUSED: lambda row: max(row.created_at, row.last_used_at or row.created_at) <= NOW - LONG_UNUSED,
}


@pytest.fixture
def rows(time_machine: TimeMachineFixture) -> list[AccessKey]:
    """One row for each combination of expiry, last use and suspension; a third of them of the same age."""
    time_machine.move_to(NOW, tick=False)
    chance = random.Random(23)
    for expires_at in EXPIRIES:
        for last_used_at in LAST_USES:
            for suspended_at in (None, NOW):
                generated_at = NOW - chance.choice(AGES)
                access_key = AccessKeyFactory(generated_at=generated_at, expires_at=expires_at)
                found = AccessKey.objects.filter(pk=access_key.pk)
                found.update(last_used_at=last_used_at, suspended_at=suspended_at)
    every = list(AccessKey.objects.all())
    chance.shuffle(every)
    return every


def page_of(number: int = 1, **query: str) -> Page[Any]:
    return AccessKeyFilter({**query, "page": str(number)}).page_of(AccessKey.objects.described(), PAGE_SIZE)


def place(ordering: Ordering) -> Callable[[AccessKey], Any]:
    """Never used is before every use, no expiry after every expiry."""
    match ordering.removeprefix("-"):
        case "last_used_at":
            return lambda row: (row.last_used_at is not None, row.last_used_at or NOW, row.pk)
        case "expires_at":
            return lambda row: (row.expires_at is None, row.expires_at or NOW, row.pk)
        case column:
            return lambda row: (getattr(row, column), row.pk)


@pytest.mark.parametrize("status", [None, *Status])
def test_each_status_in_each_order_on_each_page(rows: list[AccessKey], status: Status | None) -> None:
    matching = [row for row in rows if status is None or IS[status](row)]
    assert len(matching) > PAGE_SIZE
    for ordering in Ordering:
        expected = sorted(matching, key=place(ordering), reverse=ordering.startswith("-"))
        query = {"ordering": ordering.value, "status": status.value if status else ""}
        pages = page_of(**query).paginator.num_pages
        shown = [list(page_of(number, **query)) for number in range(1, pages + 1)]
        assert [row.pk for page in shown for row in page] == [row.pk for row in expected]
        assert {len(page) for page in shown[:-1]} == {PAGE_SIZE}


@pytest.mark.parametrize(
    "text", ["a", "A0", "cc", "s", "k", "_k", "key_1", "ess", "y_1", "_", "__", "___", "1", "10"]
)
def test_a_search_on_each_page(rows: list[AccessKey], text: str) -> None:
    AccessKeyFactory(name="A0_b__c")
    AccessKeyFactory(name="d___e")
    names = sorted(AccessKey.objects.values_list("name", flat=True))
    is_found_anywhere = text in ("key_1", "ess", "_", "__", "___")
    wanted = text.lower()
    expected = [
        name
        for name in names
        if (
            wanted in name.lower()
            if is_found_anywhere
            else f"_{name}".lower().find("_" + wanted.lstrip("_")) >= 0
        )
    ]
    pages = page_of(search=text, ordering="name").paginator.num_pages
    shown = [
        row.name for number in range(1, pages + 1) for row in page_of(number, search=text, ordering="name")
    ]
    assert shown == expected


class TestReach:
    @pytest.mark.parametrize(
        ("query", "paginator"), [({}, CappedPaginator), ({"status": "usable"}, NarrowedPaginator)]
    )
    @pytest.mark.parametrize(
        ("reach", "is_capped", "pages"), [(6, True, 2), (7, False, 2), (8, False, 2), (5, True, 1)]
    )
    def test_pages_end_there(
        self, query: dict[str, str], paginator: type, reach: int, is_capped: bool, pages: int
    ) -> None:
        AccessKeyFactory.create_batch(7)
        with patch.object(paginator, "reach", reach):
            last = page_of(10**9, **query)
            assert last.paginator.is_capped == is_capped
        assert (last.paginator.count, last.number) == (min(reach, 7), pages)
        assert len(last) == min(reach, 7) - PAGE_SIZE * (pages - 1)

    def test_of_a_list_that_is_narrowed_it_is_a_thousand(self) -> None:
        assert page_of(search="billing").paginator.reach == 1_000
        assert page_of(status="usable").paginator.reach == 1_000
        assert page_of(ordering="name").paginator.reach == 10_000


class TestStatements:
    def test_an_empty_list_is_counted_and_no_more(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for query in ({}, {"status": "usable"}, {"search": "billing"}):
            with django_assert_num_queries(1):
                assert list(page_of(**query)) == []
        with django_assert_num_queries(1):
            assert list(AuditLogFilter({}).page_of(AuditEvent.objects.all(), PAGE_SIZE)) == []

    def test_a_search_that_can_find_nothing_asks_nothing(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(0):
            assert list(page_of(search="100\t%")) == []

    def test_a_narrowed_list_is_searched_once(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        AccessKeyFactory.create_batch(PAGE_SIZE + 1)
        with django_assert_num_queries(2) as queries:
            assert len(page_of(2, search="access_key")) == 1
        assert ["LIKE" in query["sql"] for query in queries.captured_queries] == [True, False]


class TestBetweenTheStatements:
    """What happens after a page has asked which rows it holds, and before it reads them."""

    @pytest.fixture
    def three(self) -> list[AccessKey]:
        return [AccessKeyFactory(name=name) for name in ("a", "b", "c")]

    def test_a_row_that_leaves_the_filter_stays_on_the_page(self, three: list[AccessKey]) -> None:
        with before_rows_are_read(lambda: AccessKey.objects.filter(name="b").update(suspended_at=NOW)):
            page = page_of(status="usable", ordering="name")
        assert [(row.name, row.is_suspended) for row in page] == [("a", False), ("b", True), ("c", False)]

    def test_a_row_that_is_renamed_keeps_its_place(self, three: list[AccessKey]) -> None:
        with before_rows_are_read(lambda: AccessKey.objects.filter(name="a").update(name="z")):
            page = page_of(ordering="name")
        assert [row.name for row in page] == ["z", "b", "c"]

    def test_a_row_that_is_revoked_is_missing(self, three: list[AccessKey]) -> None:
        def revoke() -> None:
            operations.revoke(access_key_id=three[1].pk, actor=Actor.for_command())

        with before_rows_are_read(revoke):
            page = page_of(ordering="name")
        assert [row.name for row in page] == ["a", "c"]


def test_which_rows_are_on_a_page_is_read_from_one_index() -> None:
    postgresql = connection.vendor == "postgresql"
    if postgresql:
        with connection.cursor() as cursor:  # The tables of tests are so small that it would read them whole.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute("SET LOCAL enable_incremental_sort = off")
    for status in Status:
        for ordering in Ordering:
            chosen = AccessKeyFilter({"status": status.value, "ordering": ordering.value})
            plan = chosen.choose(AccessKey.objects.described()).values_list("pk")[:10].explain()
            assert ("Index Only Scan" if postgresql else "COVERING INDEX") in plan, plan
            # SQLite knows nothing of how many rows are where, and may sort the few of a state.
            assert not (postgresql and "Sort" in plan), plan


@pytest.mark.parametrize("text", ["__", "___"])
def test_postgresql_looks_for_underscores_in_a_row_where_there_are_some(text: str) -> None:
    AccessKeyFactory.create_batch(50)
    postgresql = connection.vendor == "postgresql"
    if postgresql:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("ANALYZE accesskeys_accesskey")  # Or it plans for what other tests have left.
    for ordering in Ordering:
        chosen = AccessKeyFilter({"search": text, "ordering": ordering.value})
        plan = chosen.choose(AccessKey.objects.described()).values_list("pk")[:10].explain()
        assert ("access_key_double_underscore" in plan) == postgresql, plan
