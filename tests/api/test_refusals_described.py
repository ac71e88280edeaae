"""The table of codes holds every refusal that there is, and none that there is not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accesskeys import operations, verification
from accesskeys.api.documentation.refusals import EXAMPLE, REFUSALS
from accesskeys.core.exceptions import AccessKeyError
from accesskeys.core.scopes import BUILT_IN
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.api.helpers import JSON, LIST, NOWHERE, PING, details, reveal
from tests.clients import anybody, consumer
from tests.factories import AccessKeyFactory

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
TABLE = {(refusal.status, refusal.code) for refusal in REFUSALS}
Heard = tuple[int, str]

WRONG_PARAMETERS = [
    "page=2",
    "status=old",
    "status=usable&status=usable",
    "ordering=id",
    "page_size=0",
    "page_size=101",
    "page_size=x",
    "created_after=2030-01-01",
    "created_after=2030-01-01T00:00:00",
    "search=%00",
    "cursor=x",
    "owner=",
    "label=:",
    "scope=A",
]
WRONG_BODIES: tuple[dict[str, Any], ...] = (
    {},
    {"name": "two words"},
    {"name": "taken"},
    {"name": "a", "id": "b"},
    {"name": "a", "nickname": "b"},
    {"name": "a", "scopes": None},
    {"name": "a", "scopes": "orders:read"},
    {"name": "a", "scopes": ["Orders"]},
    {"name": "a", "scopes": [f"s{number}" for number in range(33)]},
    {"name": "a", "allowed_networks": ["somewhere"]},
    {"name": "a", "allowed_networks": [f"192.0.2.{number}" for number in range(33)]},
    {"name": "a", "labels": {"Team": "payments"}},
    {"name": "a", "labels": {f"l{number}": "x" for number in range(17)}},
    {"name": "a", "labels": []},
    {"name": "a", "rate_limit": "often"},
    {"name": "a", "rate_limit": "9" * 30},
    {"name": "a", "description": "x" * 201},
    {"name": "a", "owner": "x" * 151},
    {"name": "a", "owner": "ica_" + 51 * "A"},
    {"name": "a", "expires_at": "2030-01-01T00:00:00"},
    {"name": "a", "expires_at": "2001-01-01T00:00:00Z"},
)


def heard(response: Any) -> set[Heard]:
    return {(response.status_code, error["code"]) for error in json.loads(response.content)["errors"]}


@pytest.fixture
def almighty() -> Client:
    return consumer(AccessKeyFactory(name="almighty", scopes=[*BUILT_IN]))


def wrong_input(client: Client) -> Iterator[Any]:
    AccessKeyFactory(name="taken")
    target = AccessKeyFactory()
    for query in WRONG_PARAMETERS:
        yield client.get(f"{LIST}?{query}")
    yield client.get(f"{LIST}?page_size={'9' * 1001}")
    yield client.get(f"{LIST}?search={'x' * 101}")
    for body in WRONG_BODIES:
        yield client.post(LIST, json.dumps(body), JSON)
    for body in ('{"name": "a", "name": "b"}', "[1]", "no JSON", '"text"'):
        yield client.post(LIST, body, JSON)
    yield client.post(LIST, '{"name": "a"}', JSON, headers={"Idempotency-Key": '"'})
    yield client.patch(details(target), "{}", JSON, headers={"If-Match": "no tag"})
    for rotation in ({"grace": 10**8}, {"ends_in": -1}, {"grace": "1"}):
        yield client.post(f"{details(target)}rotation/", json.dumps(rotation), JSON)
    for form in ("", "token=a&token=b", "token=a&address=1&address=2"):
        yield client.post("/oauth2/introspect/", form, FORM)
    yield client.post("/oauth2/revoke/", "", FORM)
    yield client.get(f"{PING}?{'&'.join(f'p{number}' for number in range(2000))}")
    yield client.get(PING, headers={"Host": "elsewhere.example"})


def wrong_moment(client: Client) -> Iterator[Any]:
    """409 and 412."""
    command = Actor.for_command()
    marked: Any = {"content_type": JSON, "headers": {"Idempotency-Key": "m"}}
    made = client.post(LIST, '{"name": "once"}', **marked).json()
    yield client.post(LIST, '{"name": "twice"}', **marked)
    operations.rotate(access_key_id=made["id"], actor=command)
    operations.complete_rotation(access_key_id=made["id"], actor=command)
    yield client.post(LIST, '{"name": "once"}', **marked)
    yield client.delete(f"{LIST}{made['id']}/rotation/")
    operations.revoke(access_key_id=made["id"], actor=command)
    yield client.post(LIST, '{"name": "once"}', **marked)
    target = AccessKeyFactory()
    yield client.generic("POST", f"{details(target)}rotation/completion/")
    rotated = operations.rotate(access_key_id=target.pk, actor=command)
    verification.authenticate(rotated.key)
    yield client.delete(f"{details(target)}rotation/")
    ended = AccessKeyFactory()
    operations.rotate(access_key_id=ended.pk, ends_in=timedelta(0), actor=command)
    yield client.delete(f"{details(ended)}rotation/")
    yield client.post(f"{details(ended)}rotation/", '{"ends_in": 60}', JSON)
    yield client.patch(details(target), "{}", JSON, headers={"If-Match": '"other"'})


def wrong_place(client: Client) -> Iterator[Any]:
    """405, 406, 404, 413, 415."""
    yield client.put(PING)
    yield client.get(PING, headers={"Accept": "image/png"})
    yield client.get(f"{LIST}{NOWHERE}/")
    yield client.get("/api/v1/nothing/")
    yield client.post(LIST, " " * 70_000, JSON)
    yield client.post(LIST, "name=a", FORM)
    yield client.post(LIST, "{}", JSON, headers={"Content-Encoding": "gzip"})


def wrong_key() -> Iterator[Any]:
    """401 and 403."""
    yield anybody().get(PING)
    yield anybody(authorization="Bearer nonsense").get(PING)
    yield consumer(AccessKeyFactory()).get(LIST)
    confined = AccessKeyFactory(scopes=[*BUILT_IN])
    operations.limit(
        access_key_id=confined.pk, allowed_networks=[], rate_limit="9/hour", actor=Actor.for_command()
    )
    yield consumer(confined).put(
        f"{details(confined)}limits/", '{"allowed_networks": [], "rate_limit": null}', JSON
    )


def wrong_server(client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """What is no fault of the caller, and what comes of asking too often."""
    damaged = AccessKeyFactory()
    AccessKey.objects.filter(pk=damaged.pk).update(sealed=bytes(83))
    yield client.generic("POST", reveal(damaged))
    with monkeypatch.context() as broken:
        broken.setattr(operations, "find", lambda _: 1 / 0)
        yield client.get(details(damaged))
    limited = AccessKeyFactory()
    operations.limit(
        access_key_id=limited.pk, allowed_networks=[], rate_limit="1/hour", actor=Actor.for_command()
    )
    consumer(limited).get(PING)
    yield consumer(limited).get(PING)
    settings.SECURE_SSL_REDIRECT = True
    yield client.get(PING)
    settings.SECURE_SSL_REDIRECT = False
    backend = "django.core.cache.backends.redis.RedisCache"
    settings.CACHES = {"counting": {"BACKEND": backend, "LOCATION": "redis://127.0.0.1:1/0"}}
    settings.ACCESS_KEYS_COUNTER_CACHE = "counting"
    yield consumer(limited).get(PING)


def test_each_row_is_heard_and_nothing_else_is(
    almighty: Client, settings: Settings, own_counters: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [
        *wrong_input(almighty),
        *wrong_moment(almighty),
        *wrong_place(almighty),
        *wrong_key(),
        *wrong_server(almighty, settings, monkeypatch),
    ]
    assert set().union(*map(heard, answers)) == TABLE


def kinds_of(kind: type[Exception]) -> Iterator[type[Exception]]:
    for each in kind.__subclasses__():
        yield each
        yield from kinds_of(each)


def test_each_refusal_of_the_core_is_in_it() -> None:
    """All but what the API has no door for: handing over, finding by key, and what operators alone are held to."""
    elsewhere = {"error", "opened", "too_many_reveals"}
    codes = {
        kind.code  # type: ignore[attr-defined]
        for kind in kinds_of(AccessKeyError)
        if "code" in vars(kind) and kind.__module__.startswith("accesskeys.")
    }
    assert codes - {code for _, code in TABLE} == elsewhere - {"error"}


def test_a_code_stands_in_one_row_and_each_row_says_something() -> None:
    assert len({refusal.code for refusal in REFUSALS}) == len(REFUSALS)
    assert [refusal.status for refusal in REFUSALS] == sorted(refusal.status for refusal in REFUSALS)
    for refusal in REFUSALS:
        for sentence in (refusal.when, refusal.remedy):
            assert sentence[0].isupper()
            assert sentence.endswith(".")


def test_the_example_is_what_is_heard(almighty: Client) -> None:
    AccessKeyFactory(name="taken")
    assert almighty.post(LIST, '{"name": "taken"}', JSON).json() == EXAMPLE
