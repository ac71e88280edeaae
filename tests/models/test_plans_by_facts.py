"""What PostgreSQL looks for by label, scope and owner is in an index, and SQLite searches one instead of all rows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection

from accesskeys import operations
from accesskeys.models import AccessKey, AccessKeyQuerySet
from accesskeys.models.lists import Ordering, in_order
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory

pytestmark = pytest.mark.django_db

EVERY = AccessKey.objects


@pytest.fixture
def is_postgresql() -> bool:
    """Rows enough to be told apart, and nothing but indexes to find them by."""
    for number in range(50):
        access_key = AccessKeyFactory(scopes=["orders:read"] if number % 10 == 0 else [])
        if number % 10 == 0:
            facts = {"owner": f"Ödön {number}", "labels": {"team": str(number)}}
            operations.describe(access_key_id=access_key.pk, actor=Actor.for_command(), **facts)
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("ANALYZE accesskeys_accesskey")
    return True


@pytest.mark.parametrize(
    ("chosen", "index"),
    [
        (EVERY.labelled("team", "10"), "access_key_by_label"),
        (EVERY.labelled("team"), "access_key_by_label"),
        (EVERY.with_scope("orders:read"), "access_key_by_scope"),
        (EVERY.owned_by("dön 4"), "access_key_by_part_of_owner"),
        (EVERY.search("dön 4"), "access_key_by_part_of_owner"),
        (EVERY.search("nothing"), "access_key_by_part_of_name"),
    ],
)
def test_they_are_looked_up(is_postgresql: bool, chosen: AccessKeyQuerySet, index: str) -> None:
    if is_postgresql:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_indexscan = off")
            cursor.execute("SET LOCAL enable_indexonlyscan = off")
    assert (index in chosen.values_list("pk").explain()) == is_postgresql


def test_where_they_are_not_an_order_is_walked_and_no_row_read(is_postgresql: bool) -> None:
    if is_postgresql:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute("SET LOCAL enable_incremental_sort = off")
    for ordering in Ordering:
        for text in ("acc", "ac", "dön", "支"):
            plan = in_order(EVERY.search(text), ordering).values_list("pk")[:10].explain()
            assert ("Index Only Scan" if is_postgresql else "COVERING INDEX") in plan, plan


def test_the_longest_facts_fit_into_every_index() -> None:
    access_key = AccessKeyFactory(name="n" * 30, scopes=sorted(f"s{number:099}" for number in range(32)))
    labels = {f"k{number:059}": "\U0001f511" * 60 for number in range(16)}
    facts = {"owner": "\U00010428" * 150, "labels": labels}
    operations.describe(access_key_id=access_key.pk, actor=Actor.for_command(), **facts)
    found = EVERY.labelled(f"k{15:059}", "\U0001f511" * 60).with_scope(f"s{31:099}")
    assert found.owned_by("\U00010428" * 150).get() == access_key


def test_what_was_last_used_before_is_not_looked_for_among_those_of_later(is_postgresql: bool) -> None:
    used = EVERY.last_used_before(datetime(2020, 1, 1, tzinfo=UTC))
    if is_postgresql:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
    plan = in_order(used, Ordering.NEWEST).values_list("pk")[:10].explain()
    # SQLite reads them from the order of last uses, and sorts.
    assert ("Index Cond: (created_at < " in plan) == is_postgresql, plan
