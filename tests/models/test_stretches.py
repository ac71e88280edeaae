"""The first of the chosen are found wherever they stand, as if the whole order were walked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accesskeys import operations
from accesskeys.models import AccessKey, AccessKeyQuerySet, stretches
from accesskeys.models.stretches import first_places
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory

pytestmark = pytest.mark.django_db

EVERY = AccessKey.objects
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
ORDERS = ("created_at", "-created_at", "name", "-name")


def generate(labelled: str) -> None:
    """One access key for each sign, a day apart but for the second and third; an x has the label."""
    for number, sign in enumerate(labelled):
        day = max(number, 2) if number else 0
        access_key = AccessKeyFactory(name=f"n{number}", generated_at=NOW + timedelta(days=day))
        if sign == "x":
            operations.describe(
                access_key_id=access_key.pk, actor=Actor.for_command(), labels={"team": "payments"}
            )


def labelled() -> AccessKeyQuerySet:
    chosen = EVERY.labelled("team", "payments")
    assert chosen.is_looked_up == (connection.vendor == "postgresql")
    chosen.is_looked_up = True
    return chosen


def walked(order: str, number: int) -> list[object]:
    rows = EVERY.labelled("team").order_by(order, "-id" if order.startswith("-") else "id")
    return list(rows.values_list(order.removeprefix("-"), "pk")[:number])


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    "labels",
    ["xxxxxxxx", "x..x...x", "......xx", "xx......", ".xx.....", "........", "x", ""],
    ids=["all", "some", "last", "first", "alike", "none", "one", "empty"],
)
@pytest.mark.parametrize("stretch", [1, 3, 7, 8, 100])
def test_it_is_as_if_all_were_walked(
    order: str, labels: str, stretch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stretches, "STRETCH", stretch)
    generate(labels)
    for number in (1, 2, 3, 20):
        assert first_places(labelled(), EVERY.all(), order, number) == walked(order, number)


def test_a_stretch_in_which_enough_are_found_is_all_that_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretches, "STRETCH", 4)
    generate("xx......xx")
    for number, statements in ((2, 2), (3, 3)):
        with CaptureQueriesContext(connection) as asked:
            first_places(labelled(), EVERY.all(), "name", number)
        assert len(asked) == statements
        assert "<= " in asked[1]["sql"]


def test_what_the_order_tells_is_walked_at_once() -> None:
    generate("xx")
    assert not EVERY.owned_by("nobody").is_looked_up
    with CaptureQueriesContext(connection) as asked:
        assert first_places(EVERY.owned_by("nobody"), EVERY.all(), "name", 2) == []
    assert len(asked) == 1


def test_the_end_of_a_stretch_is_read_from_a_small_index() -> None:
    is_postgresql = connection.vendor == "postgresql"
    if is_postgresql:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
    for order, index in (
        ("-created_at", "access_key_creation_alone"),
        ("name", "accesskeys_accesskey_name_key"),
    ):
        plan = EVERY.order_by(order).values_list(order.removeprefix("-")).explain()
        assert (f"Index Only Scan {'Backward ' * order.startswith('-')}using {index}" in plan) == (
            is_postgresql
        ), plan
