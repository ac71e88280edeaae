"""A rotation that is asked for again: with other times, under a mark, for another version of the access key."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accesskeys import operations
from accesskeys.models import AccessKey, AuditEvent, IdempotentRequest, Rotation
from accesskeys.operations.actors import Actor
from tests.api.helpers import CURRENT, JSON, LIST, details, errors
from tests.api.test_rotation import address, post, status_of
from tests.clients import consumer
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import stored

pytestmark = pytest.mark.django_db

SELF = f"{CURRENT}rotation/"


@pytest.fixture
def billing() -> AccessKey:
    return AccessKeyFactory(name="billing")


@pytest.fixture
def writer() -> Client:
    return consumer(AccessKeyFactory(name="writer", scopes=["access_keys:read", "access_keys:write"]))


class TestWithOtherTimes:
    @pytest.mark.parametrize("body", [{"ends_in": 0}, {"ends_in": 7200}, {"grace": 0}])
    def test_is_refused_and_says_until_when(
        self, writer: Client, billing: AccessKey, body: dict[str, int]
    ) -> None:
        told = post(writer, address(billing), {"grace": 60, "ends_in": 3600}).json()
        answer = post(writer, address(billing), body)
        assert (answer.status_code, errors(answer)) == (409, [("rotation_pending", None)])
        said = answer.json()["errors"][0]["detail"]
        assert told["old_key_ends_at"][:19] in said
        assert "rotation/completion/" in said
        assert [status_of(key_of(billing)), status_of(told["key"])] == [200, 200]

    def test_the_old_key_ends_with_the_access_key(
        self, writer: Client, billing: AccessKey, command: Actor
    ) -> None:
        expires_at = timezone.now().replace(microsecond=0) + timedelta(days=2)
        operations.extend(access_key_id=billing.pk, expires_at=expires_at, actor=command)
        post(writer, address(billing))
        answer = post(writer, address(billing), {"ends_in": 60})
        assert f"{expires_at:%Y-%m-%dT%H:%M:%S}" in answer.json()["errors"][0]["detail"]

    def test_is_answered_as_before_otherwise(self, writer: Client, billing: AccessKey) -> None:
        told = post(writer, address(billing), {"grace": 60, "ends_in": 3600}).json()
        for body in ({}, {"grace": 60}, {"ends_in": 3600}, {"grace": 60, "ends_in": 3600}):
            assert post(writer, address(billing), body).json() == told

    @pytest.mark.parametrize("seconds", [0, 59])
    def test_of_its_own_it_leaves_a_minute(self, seconds: int) -> None:
        client = consumer(AccessKeyFactory(scopes=["access_keys:rotate_self"]))
        answer = post(client, SELF, {"ends_in": seconds})
        assert (answer.status_code, errors(answer)) == (400, [("out_of_range", "ends_in")])
        assert "60 seconds at least" in answer.json()["errors"][0]["detail"]
        key = post(client, SELF, {"ends_in": 60}).json()["key"]
        assert post(client, SELF, {"ends_in": 60}).json()["key"] == key  # The answer was lost.


class TestUnderAMark:
    @pytest.fixture
    def ask(self, writer: Client, billing: AccessKey) -> Callable[..., Any]:
        def ask(mark: str = "m1", ends_in: int = 0, of: AccessKey = billing) -> Any:
            body = json.dumps({"ends_in": ends_in})
            return writer.post(address(of), body, JSON, headers={"Idempotency-Key": mark})

        return ask

    def test_it_happens_once_though_the_next_key_is_used(
        self, billing: AccessKey, ask: Callable[..., Any]
    ) -> None:
        first = ask()
        key = first.json()["key"]
        assert status_of(key) == 200  # Whereby the rotation is over.
        again = ask()
        assert (again.status_code, again.json()["key"], status_of(key)) == (200, key, 200)
        assert (first.has_header("Idempotent-Replayed"), again["Idempotent-Replayed"]) == (False, "true")
        assert AuditEvent.objects.filter(action="access_key.rotated").count() == 1
        event = AuditEvent.objects.latest("id")
        assert (event.action, event.details) == (
            "access_key.shown",
            {"next_key": True, "repeated_request": True},
        )

    def test_so_does_one_that_found_the_rotation_of_another(
        self, writer: Client, billing: AccessKey, ask: Callable[..., Any]
    ) -> None:
        key = post(writer, address(billing), {"ends_in": 0}).json()["key"]
        assert ask().json()["key"] == key
        assert status_of(key) == 200
        assert (ask().json()["key"], status_of(key)) == (key, 200)

    def test_what_has_become_of_it_is_said(
        self, billing: AccessKey, ask: Callable[..., Any], command: Actor
    ) -> None:
        assert status_of(ask().json()["key"]) == 200
        operations.settle_rotations(actor=command)
        assert (ask().status_code, errors(ask())) == (409, [("not_rotating", None)])
        operations.rotate(access_key_id=billing.pk, actor=command)
        assert (ask().status_code, errors(ask())) == (409, [("key_replaced", None)])
        assert AuditEvent.objects.latest("id").reason == "key_replaced"

    def test_another_body_or_access_key_is_another_request(self, ask: Callable[..., Any]) -> None:
        ask()
        for other in (ask(ends_in=60), ask(of=AccessKeyFactory())):
            assert (other.status_code, errors(other)) == (409, [("idempotency_conflict", None)])
        assert Rotation.objects.count() == 1

    def test_it_is_good_for_one_kind_of_request(self, writer: Client, ask: Callable[..., Any]) -> None:
        ask()
        made = writer.post(LIST, '{"name": "b"}', JSON, headers={"Idempotency-Key": "m1"})
        assert errors(made) == [("idempotency_conflict", None)]

    def test_what_was_refused_is_not_remembered(
        self, writer: Client, billing: AccessKey, ask: Callable[..., Any], command: Actor
    ) -> None:
        post(writer, address(billing))
        assert errors(ask()) == [("rotation_pending", None)]
        assert not IdempotentRequest.objects.exists()
        operations.cancel_rotation(access_key_id=billing.pk, actor=command)
        assert ask().status_code == 200

    def test_a_repeat_is_answered_whatever_has_changed_meanwhile(
        self, writer: Client, billing: AccessKey, command: Actor
    ) -> None:
        headers = {"Idempotency-Key": "m1", "If-Match": writer.get(details(billing))["ETag"]}
        key = writer.post(address(billing), "{}", JSON, headers=headers).json()["key"]
        operations.describe(access_key_id=billing.pk, owner="me", actor=command)
        repeat = writer.post(address(billing), "{}", JSON, headers=headers)
        assert (repeat.status_code, repeat.json()["key"]) == (200, key)
        refused = writer.post(address(billing), "{}", JSON, headers={**headers, "Idempotency-Key": "m2"})
        assert errors(refused) == [("precondition_failed", None)]
        assert IdempotentRequest.objects.count() == 1

    def test_a_clock_that_is_behind_does_no_harm(
        self, writer: Client, billing: AccessKey, ask: Callable[..., Any]
    ) -> None:
        key = post(writer, address(billing), {"ends_in": 3600}).json()["key"]
        with time_machine.travel(timezone.now() - timedelta(seconds=5)):
            assert ask(ends_in=3600).json()["key"] == key
        assert ask(ends_in=3600).json()["key"] == key

    def test_it_is_forgotten_after_a_day(self, ask: Callable[..., Any]) -> None:
        key = ask().json()["key"]
        assert status_of(key) == 200
        with time_machine.travel(timezone.now() + timedelta(hours=25)):
            assert ask().json()["key"] != key


def rotate(client: Client, access_key: AccessKey, **headers: str) -> Any:
    return client.post(address(access_key), "{}", JSON, headers=headers)


def cancel(client: Client, access_key: AccessKey, **headers: str) -> Any:
    return client.delete(address(access_key), headers=headers)


def complete(client: Client, access_key: AccessKey, **headers: str) -> Any:
    return client.post(address(access_key, "completion/"), "{}", JSON, headers=headers)


def state(access_key: AccessKey) -> Any:
    return stored(access_key.pk), list(Rotation.objects.values())


@pytest.mark.parametrize("ask", [rotate, cancel, complete])
class TestForAVersion:
    @pytest.fixture(autouse=True)
    def begun(self, ask: Any, billing: AccessKey, command: Actor) -> None:
        if ask is not rotate:
            operations.rotate(access_key_id=billing.pk, actor=command)

    def test_as_it_was_read(self, writer: Client, billing: AccessKey, ask: Any) -> None:
        before, tag = state(billing), writer.get(details(billing))["ETag"]
        answer = ask(writer, billing, **{"If-Match": tag})
        assert (answer.status_code, state(billing) == before) == (200, False)
        assert answer.get("ETag") == (None if ask is rotate else tag)
        assert writer.get(details(billing))["ETag"] == tag  # It tells nothing of keys.

    def test_somebody_was_faster(self, writer: Client, billing: AccessKey, ask: Any, command: Actor) -> None:
        tag = writer.get(details(billing))["ETag"]
        operations.describe(access_key_id=billing.pk, owner="me", actor=command)
        before = state(billing)
        answer = ask(writer, billing, **{"If-Match": tag})
        assert (answer.status_code, errors(answer)) == (412, [("precondition_failed", None)])
        assert state(billing) == before
        event = AuditEvent.objects.latest("id")
        assert (event.outcome, event.reason) == ("refused", "precondition_failed")
        assert ask(writer, billing, **{"If-Match": "no tag"}).status_code == 400


def test_its_own_for_a_version(command: Actor) -> None:
    access_key = AccessKeyFactory(scopes=["access_keys:rotate_self"])
    client = consumer(access_key)
    tag = client.get(CURRENT)["ETag"]
    operations.describe(access_key_id=access_key.pk, owner="me", actor=command)
    assert client.post(SELF, "{}", JSON, headers={"If-Match": tag}).status_code == 412
    assert not Rotation.objects.exists()
    tag = client.get(CURRENT)["ETag"]
    assert client.post(SELF, "{}", JSON, headers={"If-Match": tag}).status_code == 200
