"""What holds for every command: one sentence and exit code 1 for whatever goes wrong."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.core.management.base import CommandError
from django.db import connection
from pytest_django import Settings

from accesskeys.management.base import AccessKeyCommand
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import holds_part_of, master_key
from tests.management.helpers import refusal_of, run

UNKNOWN = "018f2c3e-6f6a-4c3b-9a53-0123456789ab"


@pytest.mark.django_db
class TestWhatIsNotThere:
    COMMANDS: Sequence[Sequence[str]] = (
        ["show_access_key"],
        ["rename_access_key", "new"],
        ["suspend_access_key"],
        ["resume_access_key"],
        ["limit_access_key", "--anywhere"],
        ["rescope_access_key", "--no-scopes"],
        ["extend_access_key", "--never"],
        ["describe_access_key", "--owner=team"],
        ["explain_access_key"],
        ["rotate_access_key"],
        ["rotate_access_key", "--cancel"],
        ["revoke_access_key", "--no-input"],
    )

    @pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
    @pytest.mark.parametrize(
        ("asked_for", "told"),
        [
            *((name, name) for name in ("unknown", "BILLING", UNKNOWN)),
            (UNKNOWN.upper(), UNKNOWN),
            *((other, "such access key") for other in ("", "a b", "\udcff", "x" * 31, "ica_AbCdEfGhIjKl")),
        ],
    )
    def test_is_one_sentence_that_names_it(self, command: Sequence[str], asked_for: str, told: str) -> None:
        AccessKeyFactory(name="billing")
        told = told if told.endswith("key") else f"access key {told}"
        assert refusal_of(command[0], asked_for, *command[1:]) == (
            f"There is no {told}. It may have been revoked."
        )

    @pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
    def test_a_key_is_no_argument(self, command: Sequence[str]) -> None:
        """A key on the command line would stand in the process list and the shell's history."""
        key = key_of(AccessKeyFactory())
        assert not holds_part_of(key, refusal_of(command[0], key, *command[1:]))


EVERY_COMMAND = [
    ["generate_access_key", "billing"],
    ["list_access_keys"],
    ["show_access_key", "billing"],
    ["rename_access_key", "billing", "shipping"],
    ["suspend_access_key", "billing"],
    ["resume_access_key", "billing"],
    ["limit_access_key", "billing", "--anywhere"],
    ["rescope_access_key", "billing", "--no-scopes"],
    ["extend_access_key", "billing", "--never"],
    ["describe_access_key", "billing", "--owner=team"],
    ["explain_access_key", "billing"],
    ["revoke_access_key", "billing", "--no-input"],
    ["revoke_access_keys", "--all", "--no-input"],
    ["suspend_access_keys", "--all", "--no-input"],
    ["resume_access_keys", "--all", "--no-input"],
    ["label_access_keys", "--all", "--set=team=payments", "--no-input"],
    ["generate_access_keys", "--from-file=-"],
    ["revocation_drill", "--url=http://127.0.0.1:1/"],
    ["find_access_key"],
    ["check_integrity"],
    ["apply_revocations"],
    ["backup", "never.age"],
    ["housekeeping"],
    ["create_operator", "bea", "--invite"],
    ["list_operators"],
    ["set_operator_roles", "bea", "--no-roles"],
    ["deactivate_operator", "bea"],
    ["activate_operator", "bea"],
    ["reset_operator", "bea", "--no-input"],
    ["sign_in_link", "bea"],
]


@pytest.mark.django_db
@pytest.mark.parametrize("command", EVERY_COMMAND, ids=lambda command: command[0])
class TestWhatStopsEveryCommand:
    @pytest.mark.parametrize(
        ("keyring", "sentence"), [("", "is empty"), ("k1:AAAA", "has 3 bytes"), (None, "is not the one")]
    )
    def test_a_wrong_keyring(
        self, command: list[str], settings: Settings, keyring: str | None, sentence: str
    ) -> None:
        run("list_access_keys")  # the database knows k1 from here on
        settings.ACCESS_KEYS_MASTER_KEYS = keyring if keyring is not None else master_key("k1")
        assert sentence in refusal_of(*command)

    def test_a_database_without_tables(self, command: list[str]) -> None:
        """As it is before ``migrate``. The transaction of the test puts the table back."""
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE accesskeys_masterkeyfingerprint RENAME TO elsewhere")
        with pytest.raises(CommandError, match=r"^The database cannot be reached or is not migrated: "):
            run(*command)


def test_a_command_has_to_say_what_it_does(command: Actor) -> None:
    with pytest.raises(TypeError, match="run"):
        AccessKeyCommand()
