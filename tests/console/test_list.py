"""The list: what it shows, finds and sorts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone

from accesskeys.models import AccessKey
from tests.console.helpers import LIST
from tests.factories import AccessKeyFactory, key_of

pytestmark = pytest.mark.django_db


def names(response: Any) -> list[str]:
    return [access_key.name for access_key in response.context["page"]]


class TestList:
    def test_it_describes_and_never_holds_a_key(self, operator: Client, billing: AccessKey) -> None:
        response = operator.get(LIST)
        source = response.content.decode()
        assert "billing" in source
        assert "1 access key" in source
        for secret in (key_of(billing), billing.digest.hex(), bytes(billing.sealed).hex()):
            assert secret not in source
        assert "no-store" in response["Cache-Control"]

    def test_nothing_yet_says_what_to_do(self, operator: Client, viewer: Client) -> None:
        source = operator.get(LIST).content.decode()
        assert "Give each program an access key of its own" in source
        main = source.partition("<main")[2].partition("</main>")[0]
        assert main.count("Generate access key</a>") == 1
        assert 'role="search"' not in main
        assert "Operators with the permission" in viewer.get(LIST).content.decode()

    def test_search_by_part_of_the_name_and_by_id(self, operator: Client, billing: AccessKey) -> None:
        AccessKeyFactory(name="other")
        assert names(operator.get(LIST, {"search": "ILL"})) == ["billing"]
        assert names(operator.get(LIST, {"search": str(billing.pk)})) == ["billing"]
        nothing = operator.get(LIST, {"search": "zzz"}).content.decode()
        assert "No access key matches" in nothing
        assert f'href="{LIST}">Show all access keys' in nothing

    @pytest.mark.parametrize(("text", "is_said"), [("bi", True), ("il", True), ("ill", False), ("", False)])
    def test_that_short_texts_are_found_at_beginnings_is_said(
        self, operator: Client, billing: AccessKey, text: str, is_said: bool
    ) -> None:
        source = operator.get(LIST, {"search": text}).content.decode()
        assert (
            "One or two letters or digits in a row are found where a name or an owner begins" in source
        ) == is_said

    def test_more_than_pages_reach_is_said(self, operator: Client) -> None:
        AccessKeyFactory.create_batch(4)
        with patch("accesskeys.models.pages.NarrowedPaginator.reach", 3):
            response = operator.get(LIST, {"status": "usable"})
        assert "More than 3 access keys" in response.content.decode()
        assert len(names(response)) == 3

    def test_the_last_page_within_reach_says_how_to_get_further(self, operator: Client) -> None:
        AccessKeyFactory.create_batch(41)
        sentence = "The pages end here. Narrow the list or turn its order around."
        for reach, page, is_said in ((40, 1, False), (40, 2, True), (41, 2, False)):
            with patch("accesskeys.models.pages.CappedPaginator.reach", reach):
                response = operator.get(LIST, {"page": page})
            assert response.context["page"].number == page
            assert (sentence in response.content.decode()) == is_said, (reach, page)

    def test_filter_by_status(self, operator: Client) -> None:
        now = timezone.now()
        AccessKeyFactory(name="fresh")
        AccessKeyFactory(name="expired", expired=True)
        AccessKeyFactory(name="expiring", expires_at=now + timedelta(days=13))
        AccessKeyFactory(name="forgotten", generated_at=now - timedelta(days=91))
        AccessKeyFactory(name="idle", generated_at=now - timedelta(days=200))
        AccessKey.objects.filter(name="idle").update(last_used_at=now - timedelta(days=91))
        AccessKeyFactory(name="old_and_busy", generated_at=now - timedelta(days=200))
        AccessKey.objects.filter(name="old_and_busy").update(last_used_at=now - timedelta(days=1))
        expected = {
            "usable": {"fresh", "expiring", "forgotten", "idle", "old_and_busy"},
            "expiring": {"expiring"},
            "expired": {"expired"},
            "never_used": {"fresh", "expired", "expiring", "forgotten"},
            "unused": {"forgotten", "idle"},
        }
        shown = {status: set(names(operator.get(LIST, {"status": status}))) for status in expected}
        assert shown == expected

    @pytest.mark.parametrize(
        ("ordering", "order"),
        [
            ("", ["c", "b", "a"]),
            ("name", ["a", "b", "c"]),
            ("-name", ["c", "b", "a"]),
            ("created_at", ["a", "b", "c"]),
            ("last_used_at", ["c", "a", "b"]),
            ("-last_used_at", ["b", "a", "c"]),
            ("expires_at", ["b", "a", "c"]),
            ("-expires_at", ["c", "a", "b"]),
        ],
    )
    def test_sort(self, operator: Client, ordering: str, order: list[str]) -> None:
        now = timezone.now()
        for number, (name, expires, used) in enumerate([("a", 9, 1), ("b", 8, 2), ("c", None, None)]):
            AccessKeyFactory(
                name=name,
                generated_at=now - timedelta(days=100 - number),
                expires_at=expires and now + timedelta(days=expires),
            )
            AccessKey.objects.filter(name=name).update(last_used_at=used and now - timedelta(days=30 - used))
        assert names(operator.get(LIST, {"ordering": ordering})) == order

    def test_a_column_head_turns_the_order_round(self, operator: Client, billing: AccessKey) -> None:
        def heads(ordering: str) -> tuple[str, str]:
            column = operator.get(LIST, {"ordering": ordering}).context["columns"]["name"]
            return column.sorted, column.next

        assert heads("created_at") == ("", "name")
        assert heads("name") == ("ascending", "-name")
        assert heads("-name") == ("descending", "name")

    def test_pages_and_their_size_which_is_remembered(self, operator: Client) -> None:
        AccessKeyFactory.create_batch(26)
        assert len(names(operator.get(LIST))) == 25
        assert len(names(operator.get(LIST, {"page": 2}))) == 1
        assert len(names(operator.get(LIST, {"page_size": 50}))) == 26
        assert len(names(operator.get(LIST))) == 26

    @pytest.mark.parametrize(
        ("query", "sentence"),
        [
            ({"status": "lost"}, "There is no status “lost”"),
            ({"ordering": "digest"}, "There is no order “digest”"),
            ({"page_size": "7"}, "A page holds 25, 50 or 100 access keys"),
            ({"page": "x"}, "That is not a page number"),
            ({"page": "9"}, "There is no such page any more"),
            ({"search": "\0"}, "Null characters are not allowed"),
        ],
    )
    def test_what_makes_no_sense_is_left_out_and_named(
        self, operator: Client, billing: AccessKey, query: dict[str, str], sentence: str
    ) -> None:
        response = operator.get(LIST, query)
        assert response.status_code == 200
        assert any(sentence in notice for notice in response.context["filter"].notices)
        assert names(response) == ["billing"]

    def test_the_number_of_queries_does_not_grow(
        self, operator: Client, django_assert_num_queries: Any, billing: AccessKey
    ) -> None:
        queries = 13  # session, operator, two for permissions, count, which rows, rows, five states, what is half done
        with django_assert_num_queries(queries):
            operator.get(LIST)
        AccessKeyFactory.create_batch(12)
        with django_assert_num_queries(queries):
            operator.get(LIST)
