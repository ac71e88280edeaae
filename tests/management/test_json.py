"""``--json``: every command has it, and an access key has one shape in all of them."""

from __future__ import annotations

import json

import pytest
from django.core.management import get_commands, load_command_class

from accesskeys.management.base import AccessKeyCommand
from accesskeys.models import AccessKey
from tests.factories import AccessKeyFactory, key_of
from tests.management.helpers import refusal_of, run

COMMANDS = sorted(name for name, app in get_commands().items() if app == "accesskeys")

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_it(name: str) -> None:
    command = load_command_class("accesskeys", name)
    assert isinstance(command, AccessKeyCommand)
    assert "--json" in command.create_parser("manage.py", name).format_usage()


@pytest.mark.parametrize(
    ("command", "changed"),
    [
        (["rename_access_key", "billing", "shipping"], {"name": "shipping"}),
        (["resume_access_key", "billing"], {"suspended_at": None}),
        (["rescope_access_key", "billing", "--scope=a"], {"scopes": ["a"]}),
        (
            ["extend_access_key", "billing", "--expires-at=2099-01-01T00:00:00Z"],
            {"expires_at": "2099-01-01T00:00:00Z"},
        ),
        (["describe_access_key", "billing", "--label=a=b"], {"labels": {"a": "b"}}),
        (["limit_access_key", "billing", "--rate=9/hour"], {"rate_limit": "9/hour"}),
        (["limit_access_key", "billing", "--network=192.0.2.0/24"], {"allowed_networks": ["192.0.2.0/24"]}),
    ],
    ids=lambda command: " ".join(command) if isinstance(command, list) else None,
)
def test_what_became_of_it(command: list[str], changed: dict[str, object]) -> None:
    AccessKeyFactory(name="billing", scopes=["orders:read"])
    [before] = json.loads(run("list_access_keys", "--json"))
    assert json.loads(run(*command, "--json")) == {**before, **changed}
    assert json.loads(run("list_access_keys", "--json")) == [{**before, **changed}]


def test_since_when_it_is_suspended() -> None:
    AccessKeyFactory(name="billing")
    told = json.loads(run("suspend_access_key", "billing", "--json"))
    assert told["suspended_at"] is not None
    assert json.loads(run("list_access_keys", "--json")) == [told]


def test_a_key_as_the_api_shows_it() -> None:
    access_key = AccessKeyFactory(name="billing")
    assert json.loads(run("show_access_key", "billing", "--json")) == {"key": key_of(access_key)}


def test_what_is_left_of_a_revoked_one() -> None:
    access_key = AccessKeyFactory(name="billing")
    told = json.loads(run("revoke_access_key", "billing", "--no-input", "--json"))
    assert told == {"id": str(access_key.pk), "name": "billing"}
    assert not AccessKey.objects.exists()


def test_an_error_is_a_sentence_all_the_same() -> None:
    assert refusal_of("suspend_access_key", "billing", "--json") == (
        "There is no access key billing. It may have been revoked."
    )


@pytest.mark.parametrize("count", [0, 1, 3])
def test_an_array_of_any_length(count: int) -> None:
    AccessKeyFactory.create_batch(count)
    printed = run("list_access_keys", "--json")
    assert len(json.loads(printed)) == count
    assert len(printed.splitlines()) == count + 2
