"""Narrowing the list by label, owner, scope and times, and what is no answer to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from time_machine import TimeMachineFixture

from accesskeys import operations
from accesskeys.core.keyring import get_keyring
from accesskeys.core.scopes import READ
from accesskeys.models import AccessKey, stretches
from accesskeys.operations.actors import Actor
from tests.api.helpers import LIST, errors
from tests.clients import consumer
from tests.factories import AccessKeyFactory
from tests.helpers import holds_part_of

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TIMES = ("created_after", "created_before", "expires_after", "expires_before", "last_used_before")


@pytest.fixture
def reader(time_machine: TimeMachineFixture) -> Client:
    time_machine.move_to(NOW, tick=False)
    return consumer(AccessKeyFactory(name="reader", scopes=[READ]))


@pytest.fixture
def rows(reader: Client) -> None:
    for number, (name, owner, labels, scopes) in enumerate(
        (
            ("a", "Payments & Ödön", {"team": "payments"}, ["orders:read"]),
            ("b", "payments", {"team": "growth", "env": "prod"}, ["orders:read", "orders:write"]),
            ("c", "", {}, []),
        ),
        start=1,
    ):
        access_key = AccessKeyFactory(
            name=name,
            scopes=scopes,
            generated_at=NOW - number * 10 * DAY,
            expires_at=NOW + number * DAY if owner else None,
        )
        AccessKey.objects.filter(pk=access_key.pk).update(last_used_at=NOW - number * DAY if owner else None)
        operations.describe(
            access_key_id=access_key.pk, actor=Actor.for_command(), owner=owner, labels=labels
        )


def names(reader: Client, query: dict[str, Any]) -> list[str]:
    response = reader.get(LIST, {**query, "ordering": "name"})
    assert response.status_code == 200, response.content
    return [row["name"] for row in response.json()["results"]]


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"label": "team=payments"}, ["a"]),
        ({"label": "team"}, ["a", "b"]),
        ({"label": "team="}, []),
        ({"label": "team=pay"}, []),
        ({"label": "team=a=b"}, []),
        ({"owner": "PAYMENTS"}, ["a", "b"]),
        ({"owner": "ödön"}, ["a"]),
        ({"owner": "%"}, []),
        ({"scope": "orders:read"}, ["a", "b"]),
        ({"scope": "orders:write"}, ["b"]),
        ({"scope": "orders"}, []),
        ({"search": "ödön"}, ["a"]),
        ({"created_after": "2026-11-13T12:00:00Z"}, ["a", "reader"]),
        ({"created_before": "2026-11-13T12:00:00Z"}, ["b", "c"]),
        ({"created_before": "2026-11-13T13:00:01+01:00"}, ["a", "b", "c"]),
        ({"expires_after": "2026-11-24T12:00:00Z"}, ["a", "b"]),
        ({"expires_before": "2026-11-25T12:00:00Z"}, ["a"]),
        ({"last_used_before": "2026-11-22T12:00:00Z"}, ["b"]),
        ({"last_used_before": "2999-01-01T00:00:00Z", "label": "team"}, ["a", "b"]),
        ({"label": "team", "scope": "orders:write", "owner": "pay", "status": "usable"}, ["b"]),
        ({"created_after": "2026-11-01T00:00:00Z", "created_before": "2026-11-14T00:00:00Z"}, ["a", "b"]),
    ],
)
def test_what_each_finds(reader: Client, query: dict[str, str], found: list[str]) -> None:
    assert names(reader, query) == found
    assert reader.head(LIST, query).status_code == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("label", value) for value in ("", "=", "=payments", "Team", "a b", "team= x", f"team={61 * 'x'}")),
        *(("label", value) for value in ("team=a\nb", "team=a\0", 61 * "k", "täm=x")),
        *(("owner", value) for value in ("", 151 * "x", "a\nb", "\0", "\u202e")),
        *(
            ("scope", value)
            for value in ("", "Orders", "orders:", "orders:read write", "*", 101 * "s", "a\n")
        ),
        *((name, "") for name in TIMES),
        *(("created_before", value) for value in ("yesterday", "2026-11-23", "2026-11-23T12:00:00")),
        *(("created_after", value) for value in ("2026-11-23T12:00:00 01:00", "２026-11-23T12:00:00Z", "\0")),
        ("expires_before", "9999-12-31T23:59:59-14:00"),
        ("last_used_before", "never"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(reader: Client, name: str, value: str) -> None:
    response = reader.get(LIST, {name: value})
    assert response.status_code == 400
    ((code, attr),) = errors(response)
    assert attr == name
    assert code in {"invalid", "naive", "overflow"}
    (error,) = response.json()["errors"]
    assert error["detail"].endswith(".")
    assert reader.head(LIST, {name: value}).status_code == 400


@pytest.mark.parametrize("value", ["2026-11-29", "2026-11-29T12:00:00"])
def test_a_time_is_wanted_with_its_offset_and_an_example_shows_it(reader: Client, value: str) -> None:
    (error,) = reader.get(LIST, {"created_after": value}).json()["errors"]
    assert error["detail"] == "Write a time with its offset, such as 2030-01-31T12:00:00Z."


@pytest.mark.parametrize("name", ["label", "scope", "owner", *TIMES])
def test_a_key_in_its_place_is_not_said_back(reader: Client, name: str) -> None:
    key = get_keyring().new_key()
    assert not holds_part_of(key, reader.get(LIST, {name: key}).content)


@pytest.mark.parametrize(
    "query",
    [{"label": ["team", "env"]}, {"scope": ["a", "b"]}, {"created_before": ["2026-11-23T12:00:00Z"] * 2}],
)
def test_each_is_said_once(reader: Client, query: dict[str, list[str]]) -> None:
    response = reader.get(LIST, query)
    assert (response.status_code, errors(response)) == (400, [("repeated", *query)])


@pytest.mark.parametrize("ordering", ["name", "-name", "created_at", "-created_at"])
@pytest.mark.parametrize("stretch", [1, 5, stretches.STRETCH])
def test_pages_of_what_is_found_are_the_same_there_and_back(
    reader: Client, ordering: str, stretch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stretches, "STRETCH", stretch)
    wanted = set()
    for number in range(14):
        access_key = AccessKeyFactory(scopes=["orders:read"], generated_at=NOW - (number // 3) * DAY)
        labels = {"team": "payments"} if number % 2 else {"team": "growth"}
        operations.describe(
            access_key_id=access_key.pk, actor=Actor.for_command(), owner="Ödön & co", labels=labels
        )
        wanted |= {access_key.name} if number % 2 else set()
    query = {"label": "team=payments", "owner": "ödön &", "scope": "orders:read", "page_size": 3}
    answer = reader.get(LIST, {**query, "ordering": ordering}).json()
    there = [answer]
    while answer["next"]:
        answer = reader.get(answer["next"]).json()
        there.append(answer)
    back = [answer]
    while answer["previous"]:
        answer = reader.get(answer["previous"]).json()
        back.append(answer)
    seen = [[row["name"] for row in page["results"]] for page in there]
    assert [[row["name"] for row in page["results"]] for page in reversed(back)] == seen
    assert len(seen) == 3
    assert {name for page in seen for name in page} == wanted
