"""What counts as a bad key against the address it came from: what belongs to no access key, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from pytest_django import Settings

from accesskeys import operations
from accesskeys.core.keyring import get_keyring
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.clients import anybody, consumer
from tests.factories import AccessKeyFactory, key_of

pytestmark = pytest.mark.django_db

COMMAND = Actor.for_command()
CLIENT = "127.0.0.1"


def limited(**limits: Any) -> AccessKey:
    access_key: AccessKey = AccessKeyFactory()
    wanted = {"allowed_networks": [], "rate_limit": None, **limits}
    return operations.limit(access_key_id=access_key.pk, actor=COMMAND, **wanted)


def suspended() -> str:
    access_key = AccessKeyFactory()
    operations.suspend(access_key_id=access_key.pk, actor=COMMAND)
    return key_of(access_key)


def revoked() -> str:
    access_key = AccessKeyFactory()
    operations.revoke(access_key_id=access_key.pk, actor=COMMAND)
    return key_of(access_key)


GENUINE: dict[str, Callable[[], str]] = {
    "suspended": suspended,
    "expired": lambda: key_of(AccessKeyFactory(expired=True)),
    "address": lambda: key_of(limited(allowed_networks=["192.0.2.0/24"])),
    "rate_limit": lambda: key_of(limited(rate_limit="1/hour")),
    "scope": lambda: key_of(AccessKeyFactory()),
}
BAD: dict[str, Callable[[], str]] = {
    "malformed": lambda: "nonsense",
    "forged": lambda: "ica_" + 51 * "A",
    "unknown": lambda: get_keyring().new_key(),
    "revoked": revoked,
}


def at_the_api(key: str) -> Any:
    return anybody(authorization=f"Bearer {key}").get("/api/v1/access-keys/")


def at_the_gate(key: str) -> Any:
    return anybody(authorization=f"Bearer {key}").get("/auth/verify/?scope=orders:read&dialect=envoy")


def at_introspection(key: str) -> Any:
    caller = consumer(AccessKeyFactory(scopes=["access_keys:introspect"]))
    form = urlencode({"token": key, "address": CLIENT})
    return caller.post("/oauth2/introspect/", form, "application/x-www-form-urlencoded")


DOORS = (at_the_api, at_the_gate, at_introspection)


@pytest.fixture(autouse=True)
def two_an_hour(settings: Settings, own_counters: None) -> None:
    settings.ACCESS_KEYS_BAD_KEY_LIMIT = "2/hour"


def is_over_the_limit() -> bool:
    """Whether one more bad key from the address would hear 429."""
    return at_the_gate("nonsense").status_code == 429


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
@pytest.mark.parametrize("reason", GENUINE)
def test_a_genuine_key_that_is_refused_is_not_counted(door: Callable[[str], Any], reason: str) -> None:
    key = GENUINE[reason]()
    answers = [door(key) for _ in range(6)]

    assert not is_over_the_limit()
    expected = {"rate_limit": 429, "scope": 403}.get(reason, 401)
    if door is not at_introspection:
        assert {answer.status_code for answer in answers[1:]} == {expected}
    elif reason != "scope":
        assert {answer.content for answer in answers[1:]} == {b'{"active":false}'}


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
@pytest.mark.parametrize("reason", BAD)
def test_what_belongs_to_no_access_key_is(door: Callable[[str], Any], reason: str) -> None:
    key = BAD[reason]()
    for _ in range(2):
        door(key)
    assert is_over_the_limit()


def test_one_that_is_shut_out_by_its_network_goes_on_hearing_why_it_may_not() -> None:
    """Not 429, as a program would wait and come again."""
    key = GENUINE["address"]()
    assert [at_the_api(key).status_code for _ in range(5)] == 5 * [401]


def test_over_the_limit_a_genuine_key_hears_what_it_would_have_heard() -> None:
    while not is_over_the_limit():
        pass
    assert at_the_api(GENUINE["suspended"]()).status_code == 401
    assert at_the_gate(key_of(AccessKeyFactory(scopes=["orders:read"]))).status_code == 200
