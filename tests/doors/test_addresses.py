"""One client, in whatever notation a proxy writes its address: one client for every decision."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.management.base import CommandError
from django.test import Client
from pytest_django import Settings

from accesskeys import operations
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.clients import anybody, consumer
from tests.doors.helpers import run
from tests.factories import AccessKeyFactory, OperatorFactory, key_of

pytestmark = pytest.mark.django_db

FOUR = ["192.0.2.7", "192.0.2.7:4711", "::ffff:192.0.2.7", "::FFFF:C000:0207", "[::ffff:c000:207]:4711"]
SIX = ["2001:db8::7", "2001:DB8::7", "2001:0db8:0:0:0:0:0:7", "[2001:db8::7]", "[2001:db8::7]:4711"]
OTHERS = ["192.0.2.8", "::192.0.2.7", "64:ff9b::192.0.2.7", "2001:db8::7:4711", "192.0.2.7:http", "unknown"]

Ask = Callable[[AccessKey, str], bool]


def over_a_proxy(path: str) -> Ask:
    def passes(access_key: AccessKey, address: str) -> bool:
        return consumer(access_key).get(path, headers={"X-Forwarded-For": address}).status_code == 200

    return passes


def by_introspection(access_key: AccessKey, address: str) -> bool:
    api_server = consumer(AccessKeyFactory(scopes=["access_keys:introspect"]))
    active: bool = introspect(api_server, key_of(access_key), address).json()["active"]
    return active


def introspect(api_server: Client, key: str, address: str) -> Any:
    form = urlencode({"token": key, "address": address})
    return api_server.post("/oauth2/introspect/", form, "application/x-www-form-urlencoded")


def by_command(access_key: AccessKey, address: str) -> bool:
    with suppress(
        CommandError, SystemExit
    ):  # It says of some that they are no addresses, and refuses others.
        return "Accepted." in run("explain_access_key", access_key.name, "--address", address)
    return False


DOORS: dict[str, Ask] = {
    "gate": over_a_proxy("/auth/verify/"),
    "api": over_a_proxy("/api/v1/ping/"),
    "introspection": by_introspection,
    "command": by_command,
}


@pytest.fixture(autouse=True)
def _behind_a_proxy(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.1/32"]


@pytest.mark.parametrize("passes", DOORS.values(), ids=DOORS)
@pytest.mark.parametrize("network", ["192.0.2.7/32", "2001:db8::7/128", "2001:0DB8:0:0::7/128"])
def test_an_allowed_network_knows_the_client(command: Actor, passes: Ask, network: str) -> None:
    access_key = AccessKeyFactory()
    operations.limit(access_key_id=access_key.pk, allowed_networks=[network], rate_limit=None, actor=command)
    inside, outside = (FOUR, SIX) if network == "192.0.2.7/32" else (SIX, FOUR)

    assert [passes(access_key, address) for address in inside] == [True] * len(inside)
    outside = [*outside, *OTHERS]
    assert [passes(access_key, address) for address in outside] == [False] * len(outside)


@pytest.mark.parametrize("notations", [FOUR, SIX], ids=["IPv4", "IPv6"])
def test_bad_keys_are_counted_for_the_client(
    settings: Settings,
    own_counters: None,
    caplog: pytest.LogCaptureFixture,
    notations: list[str],
) -> None:
    settings.ACCESS_KEYS_BAD_KEY_LIMIT = "4/hour"
    caplog.set_level(logging.INFO, "accesskeys.authentication")
    program = anybody(authorization="Bearer nonsense")

    answers = [
        program.get("/auth/verify/?dialect=caddy", headers={"X-Forwarded-For": address}).status_code
        for address in notations
    ]

    assert answers == [401, 401, 401, 401, 429]
    assert caplog.messages.count(f"Key refused: malformed, from {notations[0]}") == 5


def test_bad_keys_are_counted_for_the_client_that_an_api_server_names(
    settings: Settings, own_counters: None, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ACCESS_KEYS_BAD_KEY_LIMIT = "4/hour"
    caplog.set_level(logging.INFO, "accesskeys.authentication")
    api_server = consumer(AccessKeyFactory(scopes=["access_keys:introspect"]))

    for address in FOUR:
        introspect(api_server, "nonsense", address)
    introspect(api_server, "nonsense", "\x1b[2Jnowhere")

    assert caplog.messages.count("Key refused: malformed, from 192.0.2.7") == 5
    assert caplog.messages.count("Key refused: bad_keys, from 192.0.2.7") == 1
    assert caplog.messages[-1] == "Key refused: malformed, from an unknown address"


def test_attempts_to_sign_in_are_counted_for_the_client() -> None:
    operator = OperatorFactory(password="a long walk by the sea")
    client = Client()

    def sign_in(address: str, password: str) -> str:
        typed = {"login": operator.username, "password": password}
        page = client.post("/accounts/login/", typed, headers={"X-Forwarded-For": address})
        return page.content.decode()

    refused = [sign_in(address, "wrong") for address in FOUR]

    assert all("The username or the password is not correct." in page for page in refused)
    assert "Try again in a few minutes." in sign_in(FOUR[0], "a long walk by the sea")
    assert "_auth_user_id" not in client.session
