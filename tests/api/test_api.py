"""Every row of the API's table with its refusals."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries
from time_machine import TimeMachineFixture

from accesskeys import operations, verification
from accesskeys.api.permissions import HasScope
from accesskeys.core.keyring import get_keyring
from accesskeys.core.scopes import READ, REVEAL, WRITE
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations.actors import Actor
from tests.api.helpers import CURRENT, JSON, LIST, MODERATE, PING, TOLD, details, errors, reveal, told
from tests.changes import before_rows_are_read
from tests.clients import anybody, consumer, signed_in
from tests.factories import AccessKeyFactory, OperatorFactory, key_of

pytestmark = pytest.mark.django_db

NOWHERE = "0198f3a0-0000-4000-8000-000000000000"
REALM = 'Bearer realm="identity-cloud"'
INVALID = f'{REALM}, error="invalid_token"'


def insufficient(scope: str) -> str:
    return f'{REALM}, error="insufficient_scope", scope="{scope}"'


def last_event() -> tuple[str, str, str, str, str]:
    event = AuditEvent.objects.latest("pk")
    return event.door, event.action, event.outcome, event.reason, event.actor_label


def refused_keys() -> dict[str, str]:
    """A header for each way to be no usable key."""
    revoked = AccessKeyFactory()
    operations.revoke(access_key_id=revoked.pk, actor=Actor.for_command())
    return {
        "malformed": "Bearer nonsense",
        "no key": "Bearer",
        "two words": f"Bearer {key_of(AccessKeyFactory())} x",
        "forged": "Bearer ica_" + 51 * "A",
        "unknown": f"Bearer {get_keyring().new_key()}",
        "revoked": f"Bearer {key_of(revoked)}",
        "expired": f"Bearer {key_of(AccessKeyFactory(expired=True))}",
    }


class TestWhoCalls:
    def test_nobody(self, nobody: Client) -> None:
        response = nobody.get(PING)
        assert response.status_code == 401
        assert response["WWW-Authenticate"] == REALM
        assert errors(response) == [("not_authenticated", None)]

    @pytest.mark.parametrize("path", [PING, CURRENT, LIST, f"{LIST}{NOWHERE}/", "/oauth2/introspect/"])
    def test_every_refused_key_gets_the_same_answer_byte_for_byte(self, path: str) -> None:
        answers = {}
        for kind, header in refused_keys().items():
            response = anybody(authorization=header).get(path)
            headers = sorted((name, value) for name, value in response.items() if name != "Date")
            answers[kind] = (response.status_code, response.content, headers)
        first = answers["malformed"]
        assert answers == dict.fromkeys(answers, first)
        assert first[0] == 401
        assert {("WWW-Authenticate", INVALID), ("Cache-Control", "no-store")} <= set(first[2])
        assert "Expires" not in dict(first[2])
        assert [error["code"] for error in json.loads(first[1])["errors"]] == ["invalid_token"]

    @pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
    def test_a_bearer_header_never_falls_back_to_the_session(self, method: str) -> None:
        operator = OperatorFactory(is_superuser=True)
        target = AccessKeyFactory(name="kept")
        for header in (None, *refused_keys().values()):
            client = signed_in(operator)
            client.defaults.update({} if header is None else {"HTTP_AUTHORIZATION": header})
            for path in (LIST, details(target), "/api/v1/schema/" if header else LIST):
                response = client.generic(method, path, "{}", JSON)
                assert response.status_code == 401
        assert AccessKey.objects.get(pk=target.pk).name == "kept"

    def test_a_key_in_query_body_or_cookie_is_not_looked_at(self, nobody: Client) -> None:
        key = key_of(AccessKeyFactory(scopes=[READ, WRITE]))
        nobody.cookies["access_token"] = key
        for name in ("access_token", "key", "token", "api_key", "Authorization"):
            assert nobody.get(PING, {name: key}).status_code == 401
            body = json.dumps({"name": "fresh", name: key})
            assert nobody.post(LIST, body, content_type=JSON).status_code == 401
        assert not AccessKey.objects.filter(name="fresh").exists()

    def test_the_key_in_the_header_counts_whatever_the_query_says(self) -> None:
        access_key = AccessKeyFactory()
        response = consumer(access_key).get(CURRENT, {"access_token": get_keyring().new_key()})
        assert response.json()["id"] == str(access_key.pk)

    @given(header=st.binary(max_size=120))
    @MODERATE
    def test_any_bytes_as_header_are_refused(self, nobody: Client, header: bytes) -> None:
        response = nobody.get(PING, headers={"Authorization": header.decode("latin-1")})
        assert response.status_code == 401

    @given(before=st.binary(max_size=12), after=st.binary(max_size=12))
    @MODERATE
    def test_a_good_key_passes_alone_behind_its_scheme(
        self, reader: Client, before: bytes, after: bytes
    ) -> None:
        good = reader.defaults["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
        scheme = before.decode("latin-1")
        for start in (scheme, f"Bearer{scheme}", f"Bearer {scheme}"):
            header = f"{start}{good}{after.decode('latin-1')}"
            lawful = header.lower().startswith("bearer ") and header[6:].lstrip(" ") == good
            response = anybody(authorization=header).get(PING)
            assert response.status_code == (200 if lawful else 401)


class TestPing:
    def test_any_usable_key(self) -> None:
        response = consumer(AccessKeyFactory()).get(PING)
        assert (response.status_code, response.json()) == (200, {"status": "ok"})
        assert "no-store" in response["Cache-Control"]

    def test_until_it_expires(self, time_machine: TimeMachineFixture) -> None:
        expiry = datetime(2030, 1, 1, tzinfo=UTC)
        time_machine.move_to(expiry - timedelta(days=1), tick=False)
        client = consumer(AccessKeyFactory(expires_at=expiry))
        statuses = []
        for microseconds in (-1, 0, 1):
            time_machine.move_to(expiry + timedelta(microseconds=microseconds), tick=False)
            statuses.append(client.get(PING).status_code)
        assert statuses == [200, 401, 401]

    def test_the_last_use_is_recorded(self, time_machine: TimeMachineFixture) -> None:
        now = datetime(2026, 11, 23, 12, tzinfo=UTC)
        time_machine.move_to(now, tick=False)
        access_key = AccessKeyFactory()
        consumer(access_key).get(PING)
        access_key.refresh_from_db()
        assert access_key.last_used_at == now


class TestCurrent:
    def test_tells_the_calling_key_about_itself(self) -> None:
        AccessKeyFactory()
        access_key = AccessKeyFactory(scopes=["orders:read"], expires_at=timezone.now() + timedelta(days=1))
        client = consumer(access_key)
        client.get(PING)
        response = client.get(CURRENT)
        assert response.status_code == 200
        assert response.json() == told(access_key)
        assert "no-store" in response["Cache-Control"]
        assert key_of(access_key).encode() not in response.content


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
        verification.record_use(used)
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
            assert client.get(LIST, {"search": "100 %"}).json()["results"] == []

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


class TestGenerate:
    def post(self, client: Client, **body: Any) -> Any:
        return client.post(LIST, json.dumps(body), content_type=JSON)

    def test_a_name_alone_is_enough(self, writer: Client) -> None:
        response = self.post(writer, name="billing")
        assert response.status_code == 201
        answer = response.json()
        assert list(answer) == [*TOLD, "key"]
        access_key = AccessKey.objects.get(name="billing")
        assert answer == {**told(access_key), "key": answer["key"]}
        assert (access_key.scopes, access_key.expires_at, access_key.created_by) == ([], None, "writer")
        assert response["Location"] == details(access_key)
        assert "no-store" in response["Cache-Control"]
        assert verification.authenticate(answer["key"]).pk == access_key.pk
        assert last_event() == ("api", "access_key.generated", "succeeded", "", "writer")

    def test_with_expiry_and_scopes(self) -> None:
        client = consumer(AccessKeyFactory(scopes=[WRITE, READ, "orders:read"]))
        response = self.post(
            client,
            name="billing",
            scopes=["orders:read", READ, "orders:read"],
            expires_at="2099-01-01T01:00:00+01:00",
        )
        assert response.status_code == 201
        access_key = AccessKey.objects.get(name="billing")
        assert access_key.scopes == [READ, "orders:read"]
        assert access_key.expires_at == datetime(2099, 1, 1, tzinfo=UTC)
        assert response.json()["expires_at"] == "2099-01-01T00:00:00Z"

    @pytest.mark.parametrize("scope", [READ, REVEAL, "orders:read"])
    def test_a_key_cannot_grant_a_scope_that_it_lacks(self, writer: Client, scope: str) -> None:
        response = self.post(writer, name="billing", scopes=[WRITE, scope])
        assert response.status_code == 403
        assert response["WWW-Authenticate"] == insufficient(scope)
        assert errors(response) == [("insufficient_scope", None)]
        assert not AccessKey.objects.filter(name="billing").exists()
        assert last_event() == ("api", "access_key.generated", "refused", "insufficient_scope", "writer")

    def test_takes_the_scope(self, reader: Client) -> None:
        response = self.post(reader, name="billing")
        assert (response.status_code, response["WWW-Authenticate"]) == (403, insufficient(WRITE))
        assert not AccessKey.objects.filter(name="billing").exists()
        assert last_event() == ("api", "access_key.generated", "refused", "insufficient_scope", "reader")

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ({}, [("required", "name")]),
            ({"name": None}, [("invalid", "name")]),
            ({"name": "a b"}, [("invalid", "name")]),
            ({"name": "writer"}, [("unique", "name")]),
            ({"name": 5}, [("invalid", "name")]),
            ({"name": 5.0}, [("invalid", "name")]),
            ({"name": True}, [("invalid", "name")]),
            ({"name": ["a"]}, [("invalid", "name")]),
            ({"name": {"a": "b"}}, [("invalid", "name")]),
            ({"name": "a", "scopes": "orders:read"}, [("not_a_list", "scopes")]),
            ({"name": "a", "scopes": None}, [("null", "scopes")]),
            ({"name": "a", "scopes": [5]}, [("invalid", "scopes.0")]),
            ({"name": "a", "scopes": [None]}, [("invalid", "scopes.0")]),
            ({"name": "a", "scopes": ["Orders"]}, [("invalid_scope", "scopes")]),
            ({"name": "a", "scopes": [""]}, [("invalid_scope", "scopes")]),
            ({"name": "a", "scopes": [f"s{n}" for n in range(33)]}, [("too_many", "scopes")]),
            ({"name": "a", "expires_at": "soon"}, [("invalid", "expires_at")]),
            ({"name": "a", "expires_at": ""}, [("invalid", "expires_at")]),
            ({"name": "a", "expires_at": "2099-01-01T00:00:00Z\n"}, [("invalid", "expires_at")]),
            ({"name": "a", "expires_at": "٢٠٩٩-01-01T00:00:00Z"}, [("invalid", "expires_at")]),
            ({"name": "a", "expires_at": 4102444800}, [("invalid", "expires_at")]),
            ({"name": "a", "expires_at": "2099-01-01"}, None),
            ({"name": "a", "expires_at": "2099-01-01T00:00:00"}, [("naive", "expires_at")]),
            ({"name": "a", "expires_at": "2001-01-01T00:00:00Z"}, [("not_in_future", "expires_at")]),
            ({"name": "a", "expires_at": "9999-12-31T23:59:59-23:59"}, None),
            ({"name": "a", "expires_at": "0001-01-01T00:00:00+23:59"}, None),
            ({"name": "a", "nmae": "b"}, [("unknown", "nmae")]),
            ({"name": "a", "id": NOWHERE}, [("read_only", "id")]),
            ({"name": "a", "digest": "00"}, [("read_only", "digest")]),
            ({"name": "a", "sealed": "00"}, [("read_only", "sealed")]),
            ({"name": "a", "key": "ica_mine"}, [("read_only", "key")]),
            ({"name": "a", "created_by": "me", "x": 1}, [("read_only", "created_by"), ("unknown", "x")]),
        ],
        ids=lambda value: str(value)[:60],
    )
    def test_wrong_input(
        self, writer: Client, body: dict[str, Any], expected: list[tuple[str, str]] | None
    ) -> None:
        before = AccessKey.objects.count()
        response = self.post(writer, **body)
        assert response.status_code == 400
        found = errors(response)
        if expected is None:
            assert {attr for _, attr in found} == {"expires_at"}
        else:
            assert found == expected
        assert AccessKey.objects.count() == before

    def test_everything_wrong_is_said_at_once(self, writer: Client) -> None:
        response = self.post(writer, name="a b", scopes=["Orders"], expires_at="2001-01-01T00:00:00Z")
        assert response.status_code == 400
        assert sorted(errors(response)) == [
            ("invalid", "name"),
            ("invalid_scope", "scopes"),
            ("not_in_future", "expires_at"),
        ]


class TestDetails:
    def test_describes_and_never_holds_the_key(self, reader: Client) -> None:
        access_key = AccessKeyFactory(scopes=["orders:read"])
        response = reader.get(details(access_key))
        assert (response.status_code, response.json()) == (200, told(access_key))
        assert key_of(access_key)[4:16] not in response.content.decode()

    def test_takes_the_scope(self, writer: Client) -> None:
        response = writer.get(details(AccessKeyFactory()))
        assert (response.status_code, response["WWW-Authenticate"]) == (403, insufficient(READ))

    def test_who_lacks_the_scope_does_not_learn_whether_it_exists(self, writer: Client) -> None:
        present = writer.get(details(AccessKeyFactory()))
        absent = writer.get(f"{LIST}{NOWHERE}/")
        assert (present.status_code, present.content) == (absent.status_code, absent.content)

    def test_one_that_is_not_there(self, reader: Client) -> None:
        response = reader.get(f"{LIST}{NOWHERE}/")
        assert (response.status_code, errors(response)) == (404, [("not_found", None)])

    @pytest.mark.parametrize("where", ["not-an-id/", "billing/", "%00/", f"{NOWHERE}x/"])
    def test_an_address_that_is_none(self, reader: Client, where: str) -> None:
        response = reader.get(LIST + where)
        assert (response.status_code, errors(response)) == (404, [("not_found", None)])


class TestRename:
    def patch(self, client: Client, access_key: AccessKey, **body: Any) -> Any:
        return client.patch(details(access_key), json.dumps(body), content_type=JSON)

    def test_changes_the_name_and_nothing_else(self, writer: Client) -> None:
        access_key = AccessKeyFactory(name="before", scopes=["orders:read"])
        response = self.patch(writer, access_key, name="after")
        assert response.status_code == 200
        assert response.json() == {**told(access_key), "name": "after"}
        access_key.refresh_from_db()
        assert (access_key.name, access_key.scopes) == ("after", ["orders:read"])
        assert verification.authenticate(key_of(access_key)).pk == access_key.pk
        assert last_event() == ("api", "access_key.renamed", "succeeded", "", "writer")

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ({}, [("required", "name")]),
            ({"name": "a b"}, [("invalid", "name")]),
            ({"name": "writer"}, [("unique", "name")]),
            ({"name": 7}, [("invalid", "name")]),
            ({"name": "a", "scopes": []}, [("read_only", "scopes")]),
            ({"name": "a", "id": "x"}, [("read_only", "id")]),
            ({"name": "a", "what": 1}, [("unknown", "what")]),
        ],
    )
    def test_wrong_input(self, writer: Client, body: dict[str, Any], expected: list[tuple[str, str]]) -> None:
        access_key = AccessKeyFactory(name="before")
        response = self.patch(writer, access_key, **body)
        assert (response.status_code, errors(response)) == (400, expected)
        access_key.refresh_from_db()
        assert access_key.name == "before"

    def test_takes_the_scope(self, reader: Client) -> None:
        access_key = AccessKeyFactory(name="before")
        response = self.patch(reader, access_key, name="after")
        assert (response.status_code, response["WWW-Authenticate"]) == (403, insufficient(WRITE))
        access_key.refresh_from_db()
        assert access_key.name == "before"
        assert last_event() == ("api", "access_key.renamed", "refused", "insufficient_scope", "reader")

    def test_one_that_is_not_there(self, writer: Client) -> None:
        response = writer.patch(f"{LIST}{NOWHERE}/", '{"name": "after"}', content_type=JSON)
        assert (response.status_code, errors(response)) == (404, [("not_found", None)])
        assert last_event() == ("api", "access_key.renamed", "refused", "not_found", "writer")


class TestReveal:
    def test_shows_the_key(self, revealer: Client) -> None:
        access_key = AccessKeyFactory()
        response = revealer.post(reveal(access_key))
        assert (response.status_code, response.json()) == (200, {"key": key_of(access_key)})
        assert "no-store" in response["Cache-Control"]
        assert last_event() == ("api", "access_key.shown", "succeeded", "", "revealer")

    def test_takes_the_scope(self, reader: Client) -> None:
        access_key = AccessKeyFactory()
        response = reader.post(reveal(access_key))
        assert (response.status_code, response["WWW-Authenticate"]) == (403, insufficient(REVEAL))
        assert key_of(access_key).encode() not in response.content
        assert last_event() == ("api", "access_key.shown", "refused", "insufficient_scope", "reader")

    def test_one_that_is_not_there(self, revealer: Client) -> None:
        response = revealer.post(f"{LIST}{NOWHERE}/reveal/")
        assert (response.status_code, errors(response)) == (404, [("not_found", None)])
        assert last_event() == ("api", "access_key.shown", "refused", "not_found", "revealer")

    def test_a_damaged_row_says_so_and_goes_on_working(self, revealer: Client) -> None:
        access_key = AccessKeyFactory()
        AccessKey.objects.filter(pk=access_key.pk).update(sealed=bytes(83))
        response = revealer.post(reveal(access_key))
        assert (response.status_code, errors(response)) == (503, [("integrity_failure", None)])
        # Waiting does not mend it.
        assert "Retry-After" not in response
        assert last_event() == ("api", "access_key.shown", "failed", "integrity_failure", "revealer")
        assert consumer(access_key).get(PING).status_code == 200


class TestRevoke:
    def test_the_key_is_refused_at_once(self, writer: Client) -> None:
        access_key = AccessKeyFactory()
        program = consumer(access_key)
        assert program.get(PING).status_code == 200
        response = writer.delete(details(access_key))
        assert (response.status_code, response.content) == (204, b"")
        assert program.get(PING).status_code == 401
        assert not AccessKey.objects.filter(pk=access_key.pk).exists()
        assert last_event() == ("api", "access_key.revoked", "succeeded", "", "writer")

    def test_a_second_time_it_is_not_found(self, writer: Client) -> None:
        access_key = AccessKeyFactory()
        statuses = [writer.delete(details(access_key)).status_code for _ in range(2)]
        assert statuses == [204, 404]
        assert last_event() == ("api", "access_key.revoked", "refused", "not_found", "writer")

    def test_takes_the_scope(self, reader: Client) -> None:
        access_key = AccessKeyFactory()
        response = reader.delete(details(access_key))
        assert (response.status_code, response["WWW-Authenticate"]) == (403, insufficient(WRITE))
        assert consumer(access_key).get(PING).status_code == 200

    def test_a_key_may_revoke_itself(self) -> None:
        access_key = AccessKeyFactory(scopes=[WRITE])
        client = consumer(access_key)
        assert client.delete(details(access_key)).status_code == 204
        assert client.get(PING).status_code == 401


class TestMethodsThatAreNotThere:
    @pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PUT", "CONNECT", "PROPFIND"])
    def test_are_405(self, method: str) -> None:
        access_key = AccessKeyFactory(scopes=[READ, WRITE, REVEAL])
        for path in (PING, CURRENT, LIST, details(access_key), reveal(access_key)):
            response = consumer(access_key).generic(method, path)
            assert response.status_code == 405
            assert method not in response["Allow"]
            assert errors(response) == [("method_not_allowed", None)]

    def test_a_method_cannot_be_overridden(self, writer: Client) -> None:
        access_key = AccessKeyFactory()
        response = writer.post(details(access_key), "{}", JSON, headers={"X-Http-Method-Override": "DELETE"})
        assert response.status_code == 405
        assert AccessKey.objects.filter(pk=access_key.pk).exists()


class TestDatabaseAway:
    @contextmanager
    def away(self, error: type[Exception]) -> Iterator[None]:
        def fail(*args: Any, **kwargs: Any) -> None:
            raise error("server closed the connection unexpectedly")

        # The one thing that every statement passes, those asked of the driver itself included.
        with patch.object(BaseDatabaseWrapper, "ensure_connection", fail):
            yield

    @pytest.mark.parametrize("error", [OperationalError, InterfaceError])
    @pytest.mark.parametrize("ask", ["ping", "list", "generate", "revoke"])
    def test_is_503_and_says_when_to_come_back(self, ask: str, error: type[Exception]) -> None:
        access_key = AccessKeyFactory(scopes=[READ, WRITE])
        client = consumer(access_key)
        asks: dict[str, Callable[[], HttpResponse]] = {
            "ping": lambda: client.get(PING),
            "list": lambda: client.get(LIST),
            "generate": lambda: client.post(LIST, '{"name": "fresh"}', JSON),
            "revoke": lambda: client.delete(details(access_key)),
        }
        with self.away(error):
            response = asks[ask]()
        assert (response.status_code, errors(response)) == (503, [("unavailable", None)])
        assert int(response["Retry-After"]) > 0
        assert "closed the connection" not in response.content.decode()

    def test_a_forged_key_is_refused_all_the_same(self) -> None:
        with self.away(OperationalError):
            assert anybody(authorization="Bearer ica_" + 51 * "A").get(PING).status_code == 401


class TestQueryBudget:
    def test_a_request_is_one_select_and_at_most_one_update_a_minute(
        self, time_machine: TimeMachineFixture
    ) -> None:
        now = datetime(2026, 11, 23, 12, tzinfo=UTC)
        time_machine.move_to(now, tick=False)
        client = consumer(AccessKeyFactory())
        statements = []
        for seconds in (0, 1, 61):
            time_machine.move_to(now + timedelta(seconds=seconds), tick=False)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(PING).status_code == 200
            statements.append([query["sql"].split()[0] for query in queries.captured_queries])
        assert statements == [["SELECT", "UPDATE"], ["SELECT"], ["SELECT", "UPDATE"]]

    @pytest.mark.parametrize("kind", ["malformed", "no key", "two words", "forged"])
    def test_keys_that_cannot_be_ours_cost_nothing(
        self, kind: str, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        client = anybody(authorization=refused_keys()[kind])
        with django_assert_num_queries(0):
            assert client.get(PING).status_code == 401


class TestHasScope:
    """The permission class for views of other projects."""

    def test_names_the_scope_that_is_missing(self) -> None:
        from rest_framework.response import Response
        from rest_framework.test import APIRequestFactory
        from rest_framework.views import APIView

        class Orders(APIView):
            permission_classes = [HasScope("orders:read")]

            def get(self, request: Any) -> Response:
                return Response({"by": request.user.pk})

        def get(access_key: AccessKey | None) -> Any:
            headers = {"Authorization": f"Bearer {key_of(access_key)}"} if access_key else {}
            return Orders.as_view()(APIRequestFactory().get("/orders/", headers=headers))

        good = AccessKeyFactory(scopes=["orders:read"])
        assert (get(good).status_code, get(good).data) == (200, {"by": str(good.pk)})
        refused = get(AccessKeyFactory(scopes=[READ]))
        assert (refused.status_code, refused["WWW-Authenticate"]) == (403, insufficient("orders:read"))
        assert (get(None).status_code, get(None)["WWW-Authenticate"]) == (401, REALM)
