"""The list of access keys: pages, orders, searches, and what is no answer to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from time_machine import TimeMachineFixture

from accesskeys import operations, verification
from accesskeys.core.scopes import READ
from accesskeys.operations.actors import Actor
from tests.api.helpers import (
    LIST,
    TOLD,
    errors,
    insufficient,
    told,
)
from tests.changes import before_rows_are_read
from tests.clients import consumer
from tests.factories import AccessKeyFactory, key_of

pytestmark = pytest.mark.django_db


class TestList:
    def test_describes_and_never_holds_a_key(self, reader: Client) -> None:
        access_keys = [AccessKeyFactory(), AccessKeyFactory(expired=True)]
        response = reader.get(LIST)
        assert response.status_code == 200
        answer = response.json()
        assert set(answer) == {"next", "previous", "results"}
        results = {row["id"]: row for row in answer["results"]}
        for access_key in access_keys:
            assert results[str(access_key.pk)] == told(access_key)
            assert key_of(access_key)[4:16] not in response.content.decode()
        assert all(list(row) == TOLD for row in answer["results"])
        assert "ica_" not in response.content.decode()

    def test_takes_the_scope(self, writer: Client) -> None:
        response = writer.get(LIST)
        assert response.status_code == 403
        assert response["WWW-Authenticate"] == insufficient(READ)
        assert errors(response) == [("insufficient_scope", None)]

    def names(self, reader: Client, **query: Any) -> list[str]:
        response = reader.get(LIST, query)
        assert response.status_code == 200
        return [row["name"] for row in response.json()["results"]]

    def test_search(self, reader: Client) -> None:
        billing = AccessKeyFactory(name="billing")
        AccessKeyFactory(name="Rebilled")
        AccessKeyFactory(name="other")
        assert self.names(reader, search="bill", ordering="name") == ["Rebilled", "billing"]
        assert self.names(reader, search=str(billing.pk)) == ["billing"]
        assert self.names(reader, search="nothing") == []
        assert self.names(reader, search="100%_") == []

    def test_status(self, reader: Client, time_machine: TimeMachineFixture) -> None:
        now = timezone.now()
        day = timedelta(days=1)
        AccessKeyFactory(name="expired", expired=True)
        AccessKeyFactory(name="expiring", expires_at=now + 13 * day)
        AccessKeyFactory(name="lasting", expires_at=now + 15 * day)
        AccessKeyFactory(name="forgotten", generated_at=now - 91 * day)
        used = AccessKeyFactory(name="used", generated_at=now - 200 * day)
        verification.record_use(used, timezone.now())
        by_status = {
            status: set(self.names(reader, status=status)) - {"reader"}
            for status in ("usable", "expiring", "expired", "never_used", "unused")
        }
        assert by_status == {
            "usable": {"expiring", "lasting", "forgotten", "used"},
            "expiring": {"expiring"},
            "expired": {"expired"},
            "never_used": {"expired", "expiring", "lasting", "forgotten"},
            "unused": {"forgotten"},
        }

    def test_ordering(self, reader: Client) -> None:
        for days, name in ((3, "b"), (2, "a"), (1, "c")):
            AccessKeyFactory(name=name, generated_at=timezone.now() - timedelta(days=days))
        assert self.names(reader) == ["reader", "c", "a", "b"]
        assert self.names(reader, ordering="name") == ["a", "b", "c", "reader"]
        assert self.names(reader, ordering="-name") == ["reader", "c", "b", "a"]
        assert self.names(reader, ordering="created_at") == ["b", "a", "c", "reader"]
        assert self.names(reader, ordering="-created_at") == ["reader", "c", "a", "b"]

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ({"status": "lost"}, "status"),
            ({"ordering": "digest"}, "ordering"),
            ({"ordering": "last_used_at"}, "ordering"),
            ({"search": 101 * "a"}, "search"),
            ({"search": "a\0b"}, "search"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, reader: Client, query: dict[str, str], field: str) -> None:
        response = reader.get(LIST, query)
        assert response.status_code == 400
        assert [attr for _, attr in errors(response)] == [field]

    @pytest.mark.parametrize("cursor", ["", "nonsense", "%00", "\0", "é", "cD1uZXcK", "a:b:c"])
    def test_a_cursor_of_ones_own_is_refused(self, reader: Client, cursor: str) -> None:
        response = reader.get(LIST, {"cursor": cursor})
        assert (response.status_code, errors(response)) == (400, [("invalid", "cursor")])

    def test_a_cursor_is_for_one_order(self, reader: Client) -> None:
        AccessKeyFactory()
        following = reader.get(LIST, {"page_size": 1, "ordering": "name"}).json()["next"]
        response = reader.get(following.replace("ordering=name", "ordering=-name"))
        assert (response.status_code, errors(response)) == (400, [("invalid", "cursor")])

    @pytest.mark.parametrize("size", ["", "0", "-1", "many", "1.5", "101", "1" * 400])
    def test_a_page_holds_1_to_100(self, reader: Client, size: str) -> None:
        response = reader.get(LIST, {"page_size": size})
        assert response.status_code == 400
        assert [attr for _, attr in errors(response)] == ["page_size"]

    @pytest.mark.parametrize("ordering", ["name", "-name", "created_at", "-created_at"])
    def test_pages_stay_right_while_rows_come_and_go(self, reader: Client, ordering: str) -> None:
        now = timezone.now()
        kept = {
            AccessKeyFactory(name=f"m_{n:02}", generated_at=now - timedelta(minutes=n)).name
            for n in range(20)
        }
        leaving = [
            AccessKeyFactory(name=f"m_{n:02}_leaving", generated_at=now - timedelta(minutes=n, seconds=30))
            for n in range(20)
        ]
        seen: list[str] = []
        url: str | None = f"{LIST}?page_size=4&ordering={ordering}"
        while url:
            answer = reader.get(url).json()
            seen += [row["name"] for row in answer["results"]]
            url = answer["next"]
            for access_key in leaving[::3]:
                leaving.remove(access_key)
                operations.revoke(access_key_id=access_key.pk, actor=Actor.for_command())
                AccessKeyFactory(generated_at=access_key.created_at + timedelta(seconds=1))
        assert len(seen) == len(set(seen))
        assert kept <= set(seen)

    @pytest.mark.parametrize("size", [1, 2, 3, 11, 12])
    @pytest.mark.parametrize("ordering", ["name", "-name", "created_at", "-created_at"])
    def test_pages_of_rows_of_one_moment_are_the_same_there_and_back(
        self, reader: Client, ordering: str, size: int
    ) -> None:
        moment = timezone.now() - timedelta(days=1)
        same = {AccessKeyFactory(generated_at=moment).name for _ in range(11)}

        there, back, last = [], [], ""
        url: str | None = f"{LIST}?page_size={size}&ordering={ordering}"
        while url:
            last, answer = url, reader.get(url).json()
            there += [row["name"] for row in answer["results"]]
            url = answer["next"]
        url = last
        while url:
            answer = reader.get(url).json()
            back = [row["name"] for row in answer["results"]] + back
            url = answer["previous"]
        assert sorted(there) == sorted({"reader", *same})
        assert back == there

    def test_a_row_that_a_cursor_stands_at_may_go(self, reader: Client) -> None:
        moment = timezone.now() - timedelta(days=1)
        by_name = {(row := AccessKeyFactory(generated_at=moment)).name: row for _ in range(5)}
        first = reader.get(LIST, {"page_size": 3, "ordering": "-created_at"}).json()
        seen = [row["name"] for row in first["results"]]
        operations.revoke(access_key_id=by_name[seen[-1]].pk, actor=Actor.for_command())
        second = reader.get(first["next"]).json()
        assert sorted(seen + [row["name"] for row in second["results"]]) == sorted({"reader", *by_name})
        assert [row["name"] for row in reader.get(second["previous"]).json()["results"]] == seen[:-1]

    def test_the_number_of_queries_does_not_grow(self) -> None:
        client = consumer(AccessKeyFactory(scopes=[READ]))
        client.get(LIST)
        counts = []
        for _ in range(2):
            AccessKeyFactory.create_batch(10)
            with CaptureQueriesContext(connection) as queries:
                client.get(LIST)
            counts.append(len(queries))
        assert counts == [3, 3]  # the calling key, which rows, rows

    def test_where_nothing_matches_no_rows_are_asked_for(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        client = consumer(AccessKeyFactory(scopes=[READ]))
        client.get(LIST)
        with django_assert_num_queries(2):
            assert client.get(LIST, {"search": "nothing"}).json()["results"] == []
        with django_assert_num_queries(1):
            assert client.get(LIST, {"search": "100\t%"}).json()["results"] == []

    def test_a_row_that_goes_while_a_page_is_read_takes_no_other_with_it(self, reader: Client) -> None:
        for name in ("a", "b", "c", "d"):
            AccessKeyFactory(name=name)

        def revoke() -> None:
            operations.revoke(access_key_id=operations.find("b").pk, actor=Actor.for_command())

        query = {"page_size": 2, "ordering": "name"}
        with before_rows_are_read(revoke):
            first = reader.get(LIST, query).json()
        second = reader.get(first["next"]).json()
        assert [[row["name"] for row in page["results"]] for page in (first, second)] == [["a"], ["c", "d"]]
