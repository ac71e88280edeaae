"""``Idempotency-Key``: the same request gives the same access key and key."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accesskeys import operations, verification
from accesskeys.core.scopes import READ, WRITE
from accesskeys.models import AccessKey, AuditEvent, IdempotentRequest
from accesskeys.operations.actors import Actor
from tests.api.helpers import JSON, LIST, details, errors, last_event, told
from tests.clients import consumer
from tests.factories import AccessKeyFactory
from tests.helpers import holds_part_of

pytestmark = pytest.mark.django_db

SHOWN_AGAIN = ("api", "access_key.shown", "succeeded", "", "writer")


def post(client: Client, mark: str | None = '"m1"', body: dict[str, Any] | None = None) -> Any:
    headers = {} if mark is None else {"Idempotency-Key": mark}
    return client.post(LIST, json.dumps(body or {"name": "billing"}), content_type=JSON, headers=headers)


def made(response: HttpResponse) -> AccessKey:
    assert response.status_code == 201, response.content
    return AccessKey.objects.get(pk=json.loads(response.content)["id"])


def generated() -> int:
    return AuditEvent.objects.filter(
        action="access_key.generated", outcome="succeeded", actor_label="writer"
    ).count()


class TestARepeat:
    def test_gives_the_same_access_key_and_key(self, writer: Client) -> None:
        first, second = post(writer), post(writer)
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json() == second.json()
        assert first["Location"] == second["Location"] == details(made(first))
        assert ("Idempotent-Replayed" in first, second["Idempotent-Replayed"]) == (False, "true")
        assert "no-store" in second["Cache-Control"]
        assert verification.authenticate(second.json()["key"]) == made(first)
        assert AccessKey.objects.filter(created_by="writer").count() == generated() == 1

    def test_is_an_event_of_its_own(self, writer: Client) -> None:
        access_key = made(post(writer))
        for number in (1, 2):
            post(writer)
            assert last_event() == SHOWN_AGAIN
            event = AuditEvent.objects.latest("pk")
            assert (event.access_key_id, event.access_key_name) == (access_key.pk, "billing")
            assert event.details == {"repeated_request": True}
            assert AuditEvent.objects.filter(action="access_key.shown").count() == number

    def test_is_the_same_however_its_body_is_laid_out(self, writer: Client) -> None:
        access_key = made(post(writer, body={"name": "billing", "scopes": [WRITE]}))
        laid_out = '{ "scopes" : ["access_keys\\u003awrite"],\n "name":"billing"}'
        again = writer.post(LIST, laid_out, content_type=JSON, headers={"Idempotency-Key": '"m1"'})
        assert made(again) == access_key

    def test_tells_the_access_key_as_it_is_now(self, writer: Client, command: Actor) -> None:
        first = post(writer)
        access_key = made(first)
        operations.rename(access_key_id=access_key.pk, name="accounts", actor=command)
        operations.suspend(access_key_id=access_key.pk, actor=command)
        again = post(writer)
        assert again.json() == {**told(made(again)), "key": first.json()["key"]}
        assert (again.json()["name"], made(again).is_suspended) == ("accounts", True)

    def test_of_one_that_has_expired_since(self, writer: Client) -> None:
        body = {"name": "billing", "expires_at": (timezone.now() + timedelta(hours=1)).isoformat()}
        first = post(writer, body=body)
        with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
            again = post(writer, body=body)
            assert made(again).is_expired
        assert again.json() == first.json()


class TestAnother:
    @pytest.mark.parametrize(
        "body",
        [
            {"name": "other"},
            {"name": "billing", "scopes": []},
            {"name": "billing", "scopes": [WRITE]},
            {"name": "billing", "expires_at": None},
        ],
        ids=str,
    )
    def test_body_is_a_conflict(self, writer: Client, body: dict[str, Any]) -> None:
        access_key = made(post(writer))
        response = post(writer, body=body)
        assert response.status_code == 409
        assert errors(response) == [("idempotency_conflict", None)]
        assert "key" not in response.json()
        assert last_event() == ("api", "access_key.generated", "refused", "idempotency_conflict", "writer")
        assert made(post(writer)) == access_key

    def test_mark_is_another_request(self, writer: Client) -> None:
        first = made(post(writer))
        assert errors(post(writer, '"m2"')) == [("unique", "name")]
        assert made(post(writer, '"m2"', {"name": "other"})) != first

    def test_caller_is_another_request(self, writer: Client) -> None:
        other = consumer(AccessKeyFactory(name="other_writer", scopes=[WRITE]))
        first = made(post(writer))
        response = post(other)
        assert errors(response) == [("unique", "name")]
        second = made(post(other, body={"name": "other"}))
        assert (made(post(writer)), made(post(other, body={"name": "other"}))) == (first, second)

    def test_without_a_mark_nothing_is_remembered(self, writer: Client) -> None:
        assert post(writer, None).status_code == 201
        assert errors(post(writer, None)) == [("unique", "name")]
        assert not IdempotentRequest.objects.exists()


class TestWhatIsNotRemembered:
    @pytest.mark.parametrize(
        ("wrong", "status"),
        [
            ({"name": "a b"}, 400),
            ({"name": "writer"}, 400),
            ({"nmae": "a"}, 400),
            ({"name": "a", "scopes": [READ]}, 403),
        ],
    )
    def test_what_was_refused(self, writer: Client, wrong: dict[str, Any], status: int) -> None:
        assert post(writer, body=wrong).status_code == status
        assert not IdempotentRequest.objects.exists()
        assert made(post(writer)).name == "billing"

    def test_what_is_older_than_a_day(self, writer: Client) -> None:
        now = timezone.now()
        with time_machine.travel(now, tick=False) as clock:
            access_key = made(post(writer))
            clock.move_to(now + timedelta(hours=24) - timedelta(milliseconds=1))
            assert made(post(writer)) == access_key
            clock.move_to(now + timedelta(hours=24))
            assert errors(post(writer)) == [("unique", "name")]
            assert made(post(writer, body={"name": "other"})) != access_key
        assert IdempotentRequest.objects.count() == 1


class TestWhatIsNoMore:
    def test_a_revoked_one_is_not_brought_back(self, writer: Client, command: Actor) -> None:
        access_key = made(post(writer))
        operations.revoke(access_key_id=access_key.pk, actor=command)
        response = post(writer)
        assert (response.status_code, errors(response)) == (409, [("access_key_revoked", None)])
        assert last_event() == ("api", "access_key.shown", "refused", "access_key_revoked", "writer")
        assert AuditEvent.objects.latest("pk").access_key_id == access_key.pk
        assert not AccessKey.objects.filter(created_by="writer").exists()
        assert made(post(writer, '"m2"')).name == "billing"

    def test_a_key_that_took_its_place_is_not_shown(self, writer: Client) -> None:
        access_key = made(post(writer))
        AccessKey.objects.filter(pk=access_key.pk).update(key_created_at=timezone.now())
        response = post(writer)
        assert (response.status_code, errors(response)) == (409, [("key_replaced", None)])
        assert last_event() == ("api", "access_key.shown", "refused", "key_replaced", "writer")

    def test_nor_one_whose_end_has_come(self, writer: Client, command: Actor) -> None:
        access_key = made(post(writer))
        operations.rotate(access_key_id=access_key.pk, actor=command, ends_in=timedelta(0))
        assert errors(post(writer)) == [("key_replaced", None)]

    def test_a_damaged_one_is_not_shown(self, writer: Client) -> None:
        access_key = made(post(writer))
        AccessKey.objects.filter(pk=access_key.pk).update(sealed=b"x" * 40)
        response = post(writer)
        assert (response.status_code, errors(response)) == (503, [("integrity_failure", None)])
        assert last_event() == ("api", "access_key.shown", "failed", "integrity_failure", "writer")


class TestThePolicy:
    """It lets a repeat in like the first, or does not."""

    def test_a_caller_that_may_generate_no_more(self, db: None) -> None:
        caller = AccessKeyFactory(name="writer", scopes=[WRITE])
        client = consumer(caller)
        made(post(client))
        AccessKey.objects.filter(pk=caller.pk).update(scopes=[READ])
        response = post(client)
        assert (response.status_code, errors(response)) == (403, [("insufficient_scope", None)])
        assert last_event()[1:4] == ("access_key.generated", "refused", "insufficient_scope")

    def test_an_access_key_that_carries_more_by_now(self, writer: Client, command: Actor) -> None:
        access_key = made(post(writer))
        operations.rescope(access_key_id=access_key.pk, scopes=["orders:read"], actor=command)
        response = post(writer)
        assert (response.status_code, errors(response)) == (403, [("insufficient_scope", None)])
        assert last_event()[1:4] == ("access_key.shown", "refused", "insufficient_scope")


def test_what_is_remembered_holds_no_key_and_no_mark(writer: Client) -> None:
    key = post(writer, '"a mark of mine"').json()["key"]
    [row] = IdempotentRequest.objects.values_list()
    columns = [bytes(value) if isinstance(value, memoryview) else value for value in row]
    assert not holds_part_of(key, repr(columns))
    assert not any(word in repr(columns) for word in ("mine", "billing", "ica_"))
    assert [len(value) for value in columns if isinstance(value, bytes)] == [32, 32]
