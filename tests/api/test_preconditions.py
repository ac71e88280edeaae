"""ETag, If-Match and If-None-Match: nobody undoes unseen what another has changed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accesskeys import operations, verification
from accesskeys.core.scopes import READ, WRITE
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations.actors import Actor
from tests.api.helpers import CURRENT, JSON, LIST, NOWHERE, details, errors
from tests.clients import consumer
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import at_once, stored

pytestmark = pytest.mark.django_db

ANOTHER = '"0123456789abcdef"'
LIMITS = {"allowed_networks": [], "rate_limit": "5/hour"}
# How each is asked, with the headers; and what then has happened to the row.
CHANGES: dict[str, tuple[Callable[..., Any], Callable[[dict[str, Any]], bool]]] = {
    "change": (
        lambda client, at, **headers: client.patch(at, '{"owner": "me"}', content_type=JSON, headers=headers),
        lambda row: row["owner"] == "me",
    ),
    "limit": (
        lambda client, at, **headers: client.put(
            f"{at}limits/", json.dumps(LIMITS), content_type=JSON, headers=headers
        ),
        lambda row: row["rate_limit"] == "5/hour",
    ),
    "suspend": (
        lambda client, at, **headers: client.put(f"{at}suspension/", headers=headers),
        lambda row: row["suspended_at"] is not None,
    ),
    "revoke": (lambda client, at, **headers: client.delete(at, headers=headers), lambda row: not row),
}


@pytest.fixture
def client(db: None) -> Client:
    return consumer(AccessKeyFactory(name="caller", scopes=[READ, WRITE]))


@pytest.fixture
def access_key(db: None) -> AccessKey:
    made: AccessKey = AccessKeyFactory(name="billing")
    return made


class TestTag:
    def test_every_answer_that_describes_one_has_the_same_strong_one(self, client: Client) -> None:
        born = client.post(LIST, '{"name": "billing"}', content_type=JSON)
        at = born["Location"]
        read, empty = client.get(at), client.patch(at, "{}", content_type=JSON)
        itself = consumer_of(born.json()["key"]).get(CURRENT)
        assert born["ETag"] == read["ETag"] == empty["ETag"] == itself["ETag"] == client.head(at)["ETag"]
        assert re.fullmatch(r'"[0-9a-f]{32}"', read["ETag"])

    @pytest.mark.parametrize("change", ["change", "limit", "suspend"])
    def test_a_change_answers_with_the_new_one(
        self, client: Client, access_key: AccessKey, change: str
    ) -> None:
        before = client.get(details(access_key))["ETag"]
        answer = CHANGES[change][0](client, details(access_key))
        assert answer["ETag"] == client.get(details(access_key))["ETag"] != before

    def test_a_resume_takes_the_old_one_back(self, client: Client, access_key: AccessKey) -> None:
        before = client.get(details(access_key))["ETag"]
        client.put(f"{details(access_key)}suspension/")
        assert client.delete(f"{details(access_key)}suspension/")["ETag"] == before

    def test_a_use_is_no_change_and_the_key_no_part_of_it(
        self, client: Client, access_key: AccessKey
    ) -> None:
        before = client.get(details(access_key))["ETag"]
        verification.authenticate(key_of(access_key))
        AccessKey.objects.filter(pk=access_key.pk).update(digest=b"another", sealed=b"another")
        answer = client.get(details(access_key))
        assert (answer["ETag"], answer.json()["last_used_at"] is None) == (before, False)


def consumer_of(key: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {key}"})


class TestIfNoneMatch:
    @pytest.mark.parametrize("known", ["{}", "W/{}", f"{ANOTHER}, {{}}", f"{ANOTHER},,\t{{}} ,", "*", " * "])
    def test_what_is_known_is_not_sent_again(self, client: Client, access_key: AccessKey, known: str) -> None:
        tag = client.get(details(access_key))["ETag"]
        answer = client.get(details(access_key), headers={"If-None-Match": known.format(tag)})
        assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", tag)
        assert "no-store" in answer["Cache-Control"]

    def test_what_is_another_by_now_is_sent(self, client: Client, access_key: AccessKey) -> None:
        tag = client.get(details(access_key))["ETag"]
        operations.describe(access_key_id=access_key.pk, owner="me", actor=Actor.for_command())
        answer = client.get(details(access_key), headers={"If-None-Match": f"{tag}, {ANOTHER}"})
        assert (answer.status_code, answer.json()["owner"]) == (200, "me")

    def test_of_the_calling_key_itself(self, client: Client) -> None:
        tag = client.get(CURRENT)["ETag"]
        assert client.get(CURRENT, headers={"If-None-Match": tag}).status_code == 304

    def test_one_that_is_gone_and_one_that_may_not(self, client: Client, access_key: AccessKey) -> None:
        assert client.get(f"{LIST}{NOWHERE}/", headers={"If-None-Match": "*"}).status_code == 404
        stranger = consumer(AccessKeyFactory())
        assert stranger.get(details(access_key), headers={"If-None-Match": "*"}).status_code == 403


@pytest.mark.parametrize("change", CHANGES)
class TestIfMatch:
    @pytest.mark.parametrize("expected", ["{}", f"{ANOTHER}, {{}}", f"W/{ANOTHER} , {{}}", "*"])
    def test_as_it_was_read(self, client: Client, access_key: AccessKey, change: str, expected: str) -> None:
        tag = client.get(details(access_key))["ETag"]
        ask, is_done = CHANGES[change]
        answer = ask(client, details(access_key), **{"If-Match": expected.format(tag)})
        assert answer.status_code in {200, 204}
        assert is_done(stored(access_key.pk))

    @pytest.mark.parametrize("expected", [ANOTHER, f"{ANOTHER}, {ANOTHER}", '""', "W/{}"])
    def test_somebody_was_faster(
        self, client: Client, access_key: AccessKey, change: str, expected: str
    ) -> None:
        tag, before = client.get(details(access_key))["ETag"], stored(access_key.pk)
        answer = CHANGES[change][0](client, details(access_key), **{"If-Match": expected.format(tag)})
        assert (answer.status_code, errors(answer)) == (412, [("precondition_failed", None)])
        assert answer.json()["errors"][0]["detail"].startswith("Somebody has changed this access key since")
        assert stored(access_key.pk) == before
        event = AuditEvent.objects.latest("id")
        assert (event.outcome, event.reason) == ("refused", "precondition_failed")
        assert (event.access_key_id, event.access_key_name) == (access_key.pk, "billing")

    @pytest.mark.parametrize("expected", ["", "abc", '"abc', '"a" "b"', '"a", b', 'w/"a"', "*, *", '"a b"'])
    def test_malformed(self, client: Client, access_key: AccessKey, change: str, expected: str) -> None:
        before = stored(access_key.pk)
        answer = CHANGES[change][0](client, details(access_key), **{"If-Match": expected})
        assert (answer.status_code, errors(answer)) == (400, [("parse_error", None)])
        assert stored(access_key.pk) == before
        assert client.get(details(access_key), headers={"If-None-Match": expected}).status_code == 400

    def test_one_that_is_gone_or_beyond_reach_is_said_first(
        self, client: Client, access_key: AccessKey, change: str
    ) -> None:
        ask, _ = CHANGES[change]
        assert ask(client, f"{LIST}{NOWHERE}/", **{"If-Match": "*"}).status_code == 404
        beyond = AccessKeyFactory(scopes=["orders"])
        assert ask(client, details(beyond), **{"If-Match": ANOTHER}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_of_two_that_have_read_the_same_one_is_first() -> None:
    for number in range(6):
        access_key = AccessKeyFactory(name=f"contended_{number}")
        clients = [
            consumer(AccessKeyFactory(name=f"{which}_{number}", scopes=[READ, WRITE])) for which in "ab"
        ]
        tag = clients[0].get(details(access_key))["ETag"]
        answers: Any = at_once(
            [
                lambda client=client, owner=owner: client.patch(  # type: ignore[misc]
                    details(access_key),  # noqa: B023
                    json.dumps({"owner": owner}),
                    content_type=JSON,
                    headers={"If-Match": tag},  # noqa: B023
                )
                for client, owner in zip(clients, "ab", strict=True)
            ]
        )
        assert sorted(answer.status_code for answer in answers) == [200, 412], answers
        [first] = [answer for answer in answers if answer.status_code == 200]
        assert stored(access_key.pk)["owner"] == first.json()["owner"]


def test_a_long_header_takes_no_time(client: Client, access_key: AccessKey) -> None:
    for text in (", " * 20_000 + "x", '"a", ' * 8_000 + "x", "\t," * 20_000):
        answer = client.patch(details(access_key), "{}", content_type=JSON, headers={"If-Match": text})
        assert answer.status_code == 400
